"""Awards of public money, and their milestones."""
