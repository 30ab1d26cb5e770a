"""What a customer must be told although nobody has asked: kept, shown in the wallet, marked when read."""
