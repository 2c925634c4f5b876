"""The seal of the log: what was counted and digested up to a position."""
