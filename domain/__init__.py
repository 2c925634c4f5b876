"""What may be recorded, and the rules. Python and pydantic only."""
