"""Money sent from the phone to another wallet: looked up, confirmed by its masked name, and sent once."""
