"""The service: wallet, counter and audit APIs over one PostgreSQL database."""
