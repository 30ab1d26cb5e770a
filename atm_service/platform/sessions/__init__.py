"""Signed-in sessions of customers and staff: short access tokens, rotating refresh tokens."""
