"""Something is wrong, a customer says: answered by a day that is told, contested once, answered by another person."""
