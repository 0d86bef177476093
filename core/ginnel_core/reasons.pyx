"""The Python face of `Reason`."""
