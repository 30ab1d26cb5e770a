"""Who and what there is: people, offices, notes, cash, banks, withdrawals. One room writes a table."""
