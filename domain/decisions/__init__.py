"""Decisions of the commissioner."""
