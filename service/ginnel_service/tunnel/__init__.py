"""One connection's life: from a profile to a device that carries packets, and back to nothing.

The only room that knows `ike`, `net`, `profiles` and the packet path together. asyncio lives here;
`states`, `reconnect` and `convert` are pure.
"""
