"""Answers, folded from the log. SQLAlchemy is the only framework this floor knows."""
