"""What was promised to somebody: shifts, appointments, approvals, notices."""
