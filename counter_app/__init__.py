"""The clerk's web app: a process at the office that speaks to the service by its documented HTTP API and nothing else."""
