"""Cash: its notes, vaults, and the deliveries on the road between area and office."""
