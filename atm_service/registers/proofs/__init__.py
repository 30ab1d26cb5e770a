"""Receipt codes: the small signed text on each receipt and voucher, which anybody checks."""
