"""Assisted transfers: a customer at the counter, known by card and PIN, sends money to another customer."""
