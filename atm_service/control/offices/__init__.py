"""The life of offices, as supervisors and operators see and change it."""
