"""Runtime privacy-compliance harness for Android."""

__version__ = "0.1.0"
