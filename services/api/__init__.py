"""The HTTP API: every order and every question of the office, for programs."""
