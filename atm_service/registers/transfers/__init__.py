"""Money from one wallet to another: what is the same whether a clerk or the payer's own phone sends it."""
