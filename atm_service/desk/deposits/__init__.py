"""Deposits: cash in at the counter, to the account of whoever a phone number or a card names."""
