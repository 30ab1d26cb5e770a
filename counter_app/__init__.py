"""The clerk's web app: a process at the office, and a client of the service's counter API like any other."""
