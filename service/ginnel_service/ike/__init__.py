"""Sans-IO IKEv2 (RFC 7296), both roles: bytes and time go in, bytes and events come out.

Nothing here opens a socket, reads a clock or knows asyncio; randomness and time are passed in, so that
a whole exchange replays from a seed. `session.Session` is the façade, `responder.Responder` holds many.
"""
