"""The plumbing of the server: problems in words, limits, headers, methods, logs, metrics, health and traces."""
