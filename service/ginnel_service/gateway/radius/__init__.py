"""RADIUS (RFC 2865, 2866, 3579): whom a gateway asks about users where an organisation keeps them."""
