"""The office at work: the log, the ways in, the ways out."""
