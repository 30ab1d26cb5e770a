"""Banks: the list of them, the accounts that customers link, and the way to ask for a debit."""
