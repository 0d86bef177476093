"""Authentication methods of IKE_AUTH."""
