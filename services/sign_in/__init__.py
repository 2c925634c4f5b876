"""How people sign in: who stands behind a request, and how that was proved."""
