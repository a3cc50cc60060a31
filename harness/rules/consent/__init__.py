"""The notice and what is done with the answer to it."""
