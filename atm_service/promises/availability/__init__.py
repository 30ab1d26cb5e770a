"""Whether an office can pay an amount: a cashier's answer, never a figure."""
