"""What the installers of all systems share: generated files, licences, and what of Qt is shipped."""
