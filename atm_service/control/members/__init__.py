"""Who works here, seen and changed by supervisors and operators."""
