"""The commands, one module for each family. A module declares with `@command(...)`; nothing registers it."""
