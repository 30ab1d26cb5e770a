"""What a customer does beside withdrawals, from the phone."""
