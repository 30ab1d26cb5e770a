"""Cash and headroom set aside at an office for a customer who is to come on a day."""
