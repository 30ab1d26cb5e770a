"""Units and areas: where an office stands in the state's administration, and who looks after it."""
