"""Bids to outside funds."""
