"""Wallets and drawers, stopped and let go again by supervisors and operators."""
