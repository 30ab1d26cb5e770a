"""What is told on a phone: written with what it tells of, carried there afterwards, at least once."""
