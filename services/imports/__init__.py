"""Spreadsheets in: a sheet becomes orders, or a list of its faults, each with the cell it stands in."""
