"""The room of the desktop app, which speaks to the service through `ginnel_service.ipc` alone.

There is no app yet; the command line `ginnel` is the way to use the service.
"""
