"""What is owed to the office, and by when."""
