def live_objects() -> dict[str, int]:
    """Live native objects by kind, for leak tests."""
