"""Billers: which public-service fees are paid from the wallet, and the way to ask what is due."""
