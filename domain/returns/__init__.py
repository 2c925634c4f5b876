"""The half-yearly return to the Ministry of Justice."""
