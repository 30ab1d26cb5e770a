"""Who may collect for whom, where, and how much: the record that paying reads."""
