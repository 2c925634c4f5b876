"""Side-by-side figures as ratios within one run: ``python -m tests.bench``. Never timed inside a test."""
