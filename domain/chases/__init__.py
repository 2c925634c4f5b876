"""How what is owed is chased: the steps, by default or for one award."""
