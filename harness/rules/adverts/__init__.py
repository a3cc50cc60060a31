"""Splash advertisements and pop-ups."""
