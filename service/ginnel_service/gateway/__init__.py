"""The responder role as a program: users, address pools, and one packet path for all peers."""
