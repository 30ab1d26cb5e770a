"""Cash: its notes, vaults, and the deliveries on the road between district and office."""
