"""What providers say came of the money."""
