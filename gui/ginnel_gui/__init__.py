"""The desktop app. It speaks to the service through `ginnel_service.ipc` alone, and decides nothing itself.

`link` is the socket, `desk` what the service says and can be asked; `model` turns that into what is shown,
without Qt; `draw` is the look; `windows` holds the widgets. `app` puts them together, `main` starts it.
"""
