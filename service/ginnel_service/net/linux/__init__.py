"""The machine's network on Linux: rtnetlink(7), and /proc/sys/net."""
