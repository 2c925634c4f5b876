"""What the office does without being asked: runs of jobs, and the seal of the log."""
