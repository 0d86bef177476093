"""macOS and FreeBSD: route(4) and the ioctls of netintro(4)."""
