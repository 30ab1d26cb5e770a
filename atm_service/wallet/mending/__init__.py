"""What a customer mends from the phone: freezing the wallet at once, and a PIN that is forgotten."""
