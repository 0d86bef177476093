#!/bin/sh
# For a release on a machine that forgets: puts identities and Apple's key from the environment into a keychain of
# their own below $1, and prints what build.sh is to be told, as NAME=VALUE. What is not given is left out.
set -eu
umask 077
folder=$1
# Whatever fails, no secret stays in a file.
trap 'rm -f "$folder/identities.p12" "$folder/notary.p8"' EXIT

if [ -n "${MACOS_CERTIFICATES:-}" ]; then
    keychain=$folder/ginnel.keychain-db
    secret=$(openssl rand -hex 24)
    printf '%s' "$MACOS_CERTIFICATES" | base64 -d >"$folder/identities.p12"
    security create-keychain -p "$secret" "$keychain"
    security set-keychain-settings -lut 7200 "$keychain"
    security unlock-keychain -p "$secret" "$keychain"
    security import "$folder/identities.p12" -P "${MACOS_CERTIFICATES_PASSWORD:-}" -f pkcs12 -k "$keychain" \
        -T /usr/bin/codesign -T /usr/bin/productbuild -T /usr/bin/productsign >&2
    security set-key-partition-list -S apple-tool:,apple: -k "$secret" "$keychain" >/dev/null
    # shellcheck disable=SC2046  # a list of paths without blanks
    security list-keychains -d user -s "$keychain" $(security list-keychains -d user | tr -d '"')
fi

if [ -n "${NOTARY_KEY:-}" ]; then
    printf '%s\n' "$NOTARY_KEY" >"$folder/notary.p8"
    xcrun notarytool store-credentials ginnel --key "$folder/notary.p8" --key-id "$NOTARY_KEY_ID" --issuer "$NOTARY_ISSUER" >&2
    echo "GINNEL_NOTARY_PROFILE=ginnel"
fi
