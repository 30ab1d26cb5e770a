"""Delegations: who may collect cash for a customer, how much, where and until when."""
