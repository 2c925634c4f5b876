"""Reminders: each step of a chase about which was decided, and what became of the message."""
