"""Instructions: money from outside is proposed by one of the staff and approved by another before it is recorded."""
