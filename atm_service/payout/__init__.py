"""Authorise, present, pay, end: the one process that stands on many records."""
