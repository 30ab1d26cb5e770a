"""Withdrawals: from the wish for cash to the cash in the hand, and every way it may end."""
