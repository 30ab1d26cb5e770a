"""Bulk credits: salaries and allowances, from a payer's prefunded money into many wallets at once."""
