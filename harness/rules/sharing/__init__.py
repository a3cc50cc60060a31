"""Third parties: who got what, and what the user was told of it."""
