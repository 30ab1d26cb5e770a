"""A customer who leaves: the wallet is closed for good, once there is nothing left in it."""
