"""Whether a rig can be trusted: checks of machine and device, each one file; docs/rig.md."""
