"""Payments: money into a wallet from a linked bank account."""
