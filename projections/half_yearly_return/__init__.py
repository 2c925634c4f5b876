"""The Ministry's form, a section to a file."""
