"""What the service does for its clients: profiles, connections, on-demand rules, kill switch, and news."""
