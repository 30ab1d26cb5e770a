"""What the law and the policy still allow a customer or an office: one rule, and one writer of an office's day."""
