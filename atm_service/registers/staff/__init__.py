"""Staff: clerks, supervisors, operators and auditors, who sign in by user name and password."""
