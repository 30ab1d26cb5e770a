"""Customers: an application becomes a person with a wallet, who signs in and proves a PIN."""
