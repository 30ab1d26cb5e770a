"""What a clerk does beside paying: cash in, transfers, undoing, slips, delegations, moves of cash, false notes."""
