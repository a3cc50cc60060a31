"""Personalised content and advertising, and its switch."""
