"""Counterfeit notes: kept apart, put on record, and never money in the ledger."""
