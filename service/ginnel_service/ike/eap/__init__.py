"""EAP (RFC 3748) as IKEv2 carries it (RFC 7296 section 2.16): the peer's side and a server's, sans-IO."""
