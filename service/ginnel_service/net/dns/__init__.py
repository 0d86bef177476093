"""The DNS of the machine: which servers its programs ask, and back again. Linux, FreeBSD and macOS."""
