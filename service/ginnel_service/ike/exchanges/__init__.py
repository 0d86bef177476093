"""The exchanges of IKEv2, one concern a file: what we ask, how we take the answer, how we answer the peer."""
