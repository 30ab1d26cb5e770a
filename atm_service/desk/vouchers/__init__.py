"""Vouchers: the proof of each deposit, assisted transfer and reversal, as a receipt is of each payment."""
