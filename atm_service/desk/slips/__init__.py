"""No smartphone: codes made, printed or paid at the counter for a customer who proves card and PIN."""
