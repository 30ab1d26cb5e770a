"""Offices, drawers and shifts: where the cash is."""
