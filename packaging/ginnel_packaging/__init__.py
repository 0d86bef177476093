"""What the installers of all systems share: generated files, licences, what of Qt and OpenSSL is shipped."""
