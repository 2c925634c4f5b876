"""The HTTP API, asked as a program asks it."""
