"""Permissions of the system: when they are asked for, with what words, how often."""
