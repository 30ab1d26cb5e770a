"""Notes: what a place holds, which of them make an amount, and which ones an entry moved."""
