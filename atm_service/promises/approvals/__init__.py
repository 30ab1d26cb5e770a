"""Approvals: what a clerk must not do alone waits for one decision of a supervisor elsewhere."""
