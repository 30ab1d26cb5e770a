"""Who a person is: card number, name, phone, PIN, sealed identity, eKYC provider. Import the modules."""
