"""What a packet filter is told: nftables on Linux, pf elsewhere."""
