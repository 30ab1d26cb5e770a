"""A clerk's turn at a drawer, from counted opening to counted close."""
