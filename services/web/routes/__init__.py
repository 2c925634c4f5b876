"""The pages, one file to a part of the office."""
