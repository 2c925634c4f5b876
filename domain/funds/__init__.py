"""Funding streams, a financial year at a time."""
