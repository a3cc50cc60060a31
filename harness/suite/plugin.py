"""The pytest plugin: the other door to the suite."""
