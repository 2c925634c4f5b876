"""What the office does without being asked."""
