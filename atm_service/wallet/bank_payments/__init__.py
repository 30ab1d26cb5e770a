"""Money between a wallet and a linked bank account: top-ups bring it in, payouts take it out."""
