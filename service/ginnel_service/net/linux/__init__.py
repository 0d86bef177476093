"""The machine's network on Linux: rtnetlink(7) through pyroute2, and /proc/sys/net."""
