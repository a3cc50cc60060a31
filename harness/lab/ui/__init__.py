"""What is on the screen: the system's own windows, the hierarchy, and the uiautomator server that shows it."""
