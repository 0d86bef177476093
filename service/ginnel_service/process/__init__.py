"""The service as a process: how it is started, what rights it keeps, and whom it tells."""
