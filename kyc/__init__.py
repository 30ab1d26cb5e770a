"""Who a person is: card number, name, phone, PIN, encrypted identity, eKYC provider. Import the modules."""
