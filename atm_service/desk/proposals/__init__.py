"""Deposits and assisted transfers: proposed, confirmed by the customer, and only then done."""
