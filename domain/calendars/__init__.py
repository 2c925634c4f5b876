"""The calendar of the office: days off beyond the bank holidays on file."""
