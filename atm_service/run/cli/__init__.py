"""The command line: `soft-atm`."""
