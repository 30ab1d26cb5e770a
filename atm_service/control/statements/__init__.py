"""Banks' statements: read, put through gates, matched with what was posted; and what does not match, as work."""
