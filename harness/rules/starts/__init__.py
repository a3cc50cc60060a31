"""Starts of processes that the user did not ask for."""
