"""Organisations that receive public money."""
