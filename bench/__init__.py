"""The performance harness: soft-ATM beside its peers, on one server, in one run. `make bench` runs it."""
