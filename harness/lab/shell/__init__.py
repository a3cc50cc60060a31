"""The device's shell: a small sh of our own and the commands it knows. Nothing runs on the host."""
