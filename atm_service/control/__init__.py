"""What an overseer sees: the audit, the board, floats, the life of offices."""
