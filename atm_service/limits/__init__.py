"""Limits and rules, as data."""
