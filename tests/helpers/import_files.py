"""Files of every format that `ginnel import` reads, in the shapes in which people have them.

`python -m helpers.import_files` writes them anew into tests/vectors/imports, each with the preview that is
expected of it beside it (`NAME.json`). Whoever changes how a file is understood runs it, and looks at what
differs. Keys and certificates are made for it and are used nowhere else.
"""

from __future__ import annotations

import io
import json
import plistlib
import zipfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from ginnel_service.cli.previewing import values
from ginnel_service.profiles.importers import preview
from helpers.authority import Authority, Issued, dns, ip, mail

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "imports"
PASSWORD = "rosebud"


@dataclass(frozen=True)
class Case:
    """One file, what opens its PKCS#12, and those that belong to it, by their names in the same folder."""

    name: str
    password: str | None = None
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return (FOLDER / self.name).read_bytes()

    @property
    def files(self) -> dict[str, bytes]:
        return {name: (FOLDER / file).read_bytes() for name, file in self.beside.items()}

    def preview(self) -> Any:
        return values(preview(self.data, self.name, password=self.password, files=self.files))


_BESIDE = {"ca.pem": "ca.pem", "alice.p12": "alice.p12"}
CASES = (
    Case("eap.mobileconfig"),
    Case("binary.mobileconfig"),
    Case("signed.mobileconfig"),
    Case("wild.mobileconfig"),
    Case("algo.mobileconfig", PASSWORD),
    Case("eap.sswan"),
    Case("certificate.sswan", PASSWORD),
    Case("swanctl.conf", beside={**_BESIDE, "alice.pem": "alice.pem", "alice.key": "alice.key"}),
    Case("ipsec.conf", beside={**_BESIDE, "ipsec.secrets": "ipsec.secrets"}),
    Case("VpnSettings.xml", PASSWORD, {"alice.p12": "alice.p12"}),
    Case("azure.zip"),
    Case("alice.p12", PASSWORD),
    Case("office.toml"),
)


class Maker:
    def __init__(self) -> None:
        self.root = Authority("Office CA")
        self.alice = self.root.intermediate("Office Users").issue(
            "alice", sans=[mail("alice@example.org"), dns("alice.example.org")]
        )
        self.p384 = Authority("192.0.2.7", kind="p384").issue(
            "phone", kind="p384", sans=[dns("phone@192.0.2.7"), ip("192.0.2.7")]
        )

    def files(self) -> dict[str, bytes]:
        """Every file by its name."""
        eap = plistlib.dumps(self.eap())
        return {
            "ca.pem": self.root.pem,
            "alice.p12": self.alice.pkcs12(PASSWORD),
            "alice.pem": self.alice.pem().partition(b"-----BEGIN PRIVATE")[0],
            "alice.key": self.alice.key_pem(),
            "eap.mobileconfig": eap,
            "binary.mobileconfig": plistlib.dumps(self.several(), fmt=plistlib.FMT_BINARY),
            "signed.mobileconfig": signed(eap, self.alice),
            "wild.mobileconfig": self.wild(),
            "algo.mobileconfig": plistlib.dumps(self.algo()),
            "eap.sswan": json.dumps(self.app(), indent=2).encode(),
            "certificate.sswan": json.dumps(self.app_certificate()).encode(),
            "swanctl.conf": SWANCTL.encode(),
            "ipsec.conf": IPSEC.encode(),
            "ipsec.secrets": IPSEC_SECRETS.encode(),
            "VpnSettings.xml": self.azure(),
            "azure.zip": self.azure_zip(),
            "office.toml": TOML.encode(),
        }

    def der(self, authority: Authority | None = None) -> bytes:
        return (authority or self.root).certificate.public_bytes(Encoding.DER)

    def eap(self) -> dict[str, Any]:
        """With a password, as a provider of VPNs hands it out, and nearly every setting there is."""
        vpn = {
            **payload("com.apple.vpn.managed", "vpn", 1),
            "UserDefinedName": "Office VPN",
            "VPNType": "IKEv2",
            "IPv4": {"OverridePrimary": 1},
            "Proxies": {"HTTPEnable": 0},
            "DNS": {
                "ServerAddresses": ["10.0.0.53", "fd00::53"],
                "SearchDomains": ["corp.example.org"],
                "DomainName": "example.org",
                "SupplementalMatchDomains": ["corp.example.org", "lab.example.org"],
                "SupplementalMatchDomainsNoSearch": 1,
            },
            "IKEv2": {
                "RemoteAddress": "vpn.example.org",
                "RemoteIdentifier": "gw.example.org",
                "LocalIdentifier": "alice@example.org",
                "AuthenticationMethod": "None",
                "ExtendedAuthEnabled": 1,
                "AuthName": "alice",
                "AuthPassword": "correct horse",
                "ServerCertificateIssuerCommonName": "Office CA",
                "ServerCertificateCommonName": "gw.example.org",
                "TLSMinimumVersion": "1.0",
                "TLSMaximumVersion": "1.2",
                "DeadPeerDetectionRate": "High",
                "DisableMOBIKE": 0,
                "DisableRedirect": 1,
                "EnablePFS": 1,
                "EnableCertificateRevocationCheck": 1,
                "UseConfigurationAttributeInternalIPSubnet": 0,
                "NATKeepAliveOffloadEnable": 1,
                "NATKeepAliveInterval": 25,
                "MTU": 1300,
                "DisconnectOnIdle": 1,
                "DisconnectOnIdleTimer": 900,
                "IncludeAllNetworks": 1,
                "ExcludeLocalNetworks": 1,
                "EnforceRoutes": 1,
                "PPK": b"\x01\x02\x03" * 11,
                "PPKIdentifier": "office-ppk",
                "PPKMandatory": 0,
                "AllowPostQuantumKeyExchangeFallback": 1,
                "IKESecurityAssociationParameters": {
                    "EncryptionAlgorithm": "AES-256-GCM",
                    "IntegrityAlgorithm": "SHA2-384",
                    "DiffieHellmanGroup": 20,
                    "PostQuantumKeyExchangeMethods": [36, 37],
                    "LifeTimeInMinutes": 480,
                },
                "ChildSecurityAssociationParameters": {
                    "EncryptionAlgorithm": "AES-128-GCM",
                    "DiffieHellmanGroup": 19,
                    "LifeTimeInMinutes": 60,
                },
                "OnDemandEnabled": 1,
                "OnDemandRules": [
                    {"Action": "Disconnect", "InterfaceTypeMatch": "WiFi", "SSIDMatch": ["Office", "Büro"]},
                    {
                        "Action": "EvaluateConnection",
                        "DNSDomainMatch": ["*.example.net"],
                        "ActionParameters": [
                            {
                                "Domains": ["corp.example.org"],
                                "DomainAction": "ConnectIfNeeded",
                                "RequiredURLStringProbe": "https://intranet.corp.example.org/",
                            },
                            {"Domains": ["public.example.org"], "DomainAction": "NeverConnect"},
                        ],
                    },
                    {"Action": "Ignore", "DNSServerAddressMatch": ["192.0.2.53"]},
                    {"Action": "Connect", "URLStringProbe": "http://probe.example.org/"},
                ],
            },
        }
        return top(vpn, root(self.der(), 2))

    def several(self) -> dict[str, Any]:
        """Two connections of ours beside others: a certificate with its password, and a shared key."""
        identity = {
            **payload("com.apple.security.pkcs12", "identity", 3),
            "PayloadContent": self.alice.pkcs12(PASSWORD),
            "Password": PASSWORD,
            "PayloadCertificateFileName": "alice.p12",
        }
        ike = {
            "RemoteAddress": "192.0.2.10",
            "RemoteIdentifier": "gw",
            "LocalIdentifier": "alice@example.org",
        }
        by_certificate = {
            **payload("com.apple.vpn.managed", "one", 4),
            "UserDefinedName": "By certificate",
            "VPNType": "IKEv2",
            "IKEv2": {
                **ike,
                "AuthenticationMethod": "Certificate",
                "CertificateType": "RSA-PSS",
                "PayloadCertificateUUID": identity["PayloadUUID"],
                "IKESecurityAssociationParameters": {"EncryptionAlgorithm": "3DES", "DiffieHellmanGroup": 2},
            },
        }
        by_key = {
            **payload("com.apple.vpn.managed", "two", 5),
            "UserDefinedName": "By key",
            "VPNType": "IKEv2",
            "IPv4": {"OverridePrimary": 0},
            "IKEv2": {
                **ike,
                "AuthenticationMethod": "SharedSecret",
                "SharedSecret": "open sesame",
                "Colour": 1,
            },
        }
        by_tls = {
            **payload("com.apple.vpn.managed", "three", 6),
            "UserDefinedName": "By EAP-TLS",
            "VPNType": "IKEv2",
            "IKEv2": {
                **ike,
                "AuthenticationMethod": "None",
                "ExtendedAuthEnabled": 1,
                "PayloadCertificateUUID": identity["PayloadUUID"],
            },
        }
        l2tp = {**payload("com.apple.vpn.managed", "l2tp", 7), "VPNType": "L2TP", "PPP": {}}
        wireless = {**payload("com.apple.wifi.managed", "wifi", 8), "SSID_STR": "Office"}
        return top(by_certificate, by_key, by_tls, l2tp, wireless, identity, root(self.der(), 2))

    def wild(self) -> bytes:
        """What devices let pass: booleans and fractions for numbers, empty texts, a UUID that is none."""
        vpn = {
            **payload("com.apple.vpn.managed", "vpn", 9),
            "PayloadUUID": "my-vpn",
            "PayloadIdentifier": "",
            "UserDefinedName": "Büro (neu)",
            "VPNType": "IKEv2",
            "IPv4": {"OverridePrimary": 1.0},
            "IKEv2": {
                "RemoteAddress": "192.0.2.1",
                "RemoteIdentifier": "192.0.2.1",
                "LocalIdentifier": "",
                "AuthenticationMethod": "None",
                "ExtendedAuthEnabled": 0.0,
                "AuthName": "",
                "SharedSecret": "open sesame",
                "DisableMOBIKE": True,
                "MTU": 1400.0,
                "IKESecurityAssociationParameters": {"EncryptionAlgorithm": "ChaCha20Poly1305"},
            },
        }
        return plistlib.dumps(top(vpn))

    def algo(self) -> dict[str, Any]:
        """As Algo makes it: ECDSA with P-384 both ways, one suite, an address for the gateway's identity."""
        identity = {
            **payload("com.apple.security.pkcs12", "identity", 10),
            "PayloadContent": self.p384.pkcs12(PASSWORD),
        }
        suite = {
            "EncryptionAlgorithm": "AES-256-GCM",
            "IntegrityAlgorithm": "SHA2-512",
            "DiffieHellmanGroup": 20,
        }
        vpn = {
            **payload("com.apple.vpn.managed", "vpn", 11),
            "UserDefinedName": "AlgoVPN 192.0.2.7 IKEv2",
            "VPNType": "IKEv2",
            "IPv4": {"OverridePrimary": 1},
            "IKEv2": {
                "AuthenticationMethod": "Certificate",
                "CertificateType": "ECDSA384",
                "ChildSecurityAssociationParameters": {**suite, "LifeTimeInMinutes": 1440},
                "IKESecurityAssociationParameters": {**suite, "LifeTimeInMinutes": 1440},
                "DeadPeerDetectionRate": "Medium",
                "EnablePFS": True,
                "LocalIdentifier": "phone@192.0.2.7",
                "PayloadCertificateUUID": identity["PayloadUUID"],
                "RemoteAddress": "192.0.2.7",
                "RemoteIdentifier": "192.0.2.7",
                "UseConfigurationAttributeInternalIPSubnet": 0,
                "OnDemandEnabled": 1,
                "OnDemandRules": [{"Action": "Connect"}],
            },
        }
        return top(vpn, identity, root(self.der(), 12))

    def app(self) -> dict[str, Any]:
        """For strongSwan's app, with strings for lists and for booleans, and a line feed inside base64."""
        encoded = b64encode(self.der()).decode()
        return {
            "uuid": "32d7ea96-4f1c-4c56-9b5f-b1c0a6a0e0a1",
            "name": "Office",
            "type": "ikev2-eap",
            "remote": {
                "addr": "vpn.example.org",
                "port": 4500,
                "id": "gw.example.org",
                "cert": encoded[:64] + "\n" + encoded[64:],
                "certreq": "false",
                "revocation": {"crl": "true", "ocsp": False, "strict": True},
            },
            "local": {"eap_id": "alice", "id": "alice@example.org", "shared_secret": "correct horse"},
            "ike-proposal": "aes256gcm16-prfsha384-ecp384",
            "esp-proposal": "aes256gcm16-3des-ecp384",
            "dns-servers": "10.0.0.53 10.0.1.53",
            "mtu": 1400,
            "nat-keepalive": 45,
            "ipv6-transport": True,
            "proxy": {"host": "proxy.example.org", "port": 3128},
            "split-tunneling": {
                "subnets": "10.0.0.0/8 fd00::/8",
                "excluded": ["10.1.0.0/16"],
                "block-ipv4": True,
                "block-ipv6": "yes",
            },
            "apps": ["org.example.mail"],
            "colour": "red",
        }

    def app_certificate(self) -> dict[str, Any]:
        return {
            "uuid": "6f7c1de8-2a6a-4f5d-8f0e-1a2b3c4d5e6f",
            "name": "Office by certificate",
            "type": "ikev2-cert-eap",
            "remote": {"addr": "192.0.2.10"},
            "local": {
                "p12": b64encode(self.alice.pkcs12(PASSWORD)).decode(),
                "eap_id": "alice",
                "rsa-pss": "true",
            },
        }

    def azure(self) -> bytes:
        return f"""<?xml version="1.0"?>
<VpnProfile xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <VpnServer>azuregateway-1234.vpn.azure.com</VpnServer>
  <VpnType>IkeV2,OpenVPN</VpnType>
  <CaCert>{b64encode(self.der()).decode()}</CaCert>
  <Routes>10.10.0.0/16,192.168.200.0/24</Routes>
  <Auth>EAPTLS</Auth>
  <CustomDnsServers>10.10.0.4</CustomDnsServers>
  <CustomDnsSearchSuffixes>.corp.example.org</CustomDnsSearchSuffixes>
  <Odd>1</Odd>
</VpnProfile>
""".encode()

    def azure_zip(self) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {
                "WindowsAmd64/VpnClientSetupAmd64.exe": b"MZ",
                "Generic/VpnServerRoot.cer": self.der(),
                "Generic/VpnSettings.xml": b"\xef\xbb\xbf" + self.azure().replace(b"EAPTLS", b"EAPMSCHAPv2"),
            }.items():
                archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
        return packed.getvalue()


def payload(kind: str, name: str, number: int) -> dict[str, Any]:
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"org.example.{name}",
        "PayloadUUID": f"00000000-0000-4000-8000-{number:012}",
        "PayloadDisplayName": name,
    }


def root(der: bytes, number: int) -> dict[str, Any]:
    return {
        **payload("com.apple.security.root", "office-ca", number),
        "PayloadContent": der,
        "PayloadCertificateFileName": "ca.cer",
    }


def top(*content: dict[str, Any]) -> dict[str, Any]:
    return {
        **payload("Configuration", "office", 0),
        "PayloadOrganization": "Example Inc.",
        "PayloadDescription": "How to reach the office",
        "ConsentText": {"default": "Be kind."},
        "PayloadContent": list(content),
    }


def signed(data: bytes, signer: Issued) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())  # type: ignore[arg-type]
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


SWANCTL = """\
# An administrator's file
connections {
    defaults {
        # a template: it has no server
        version = 2
        mobike = no
    }
    office : connections.defaults {
        remote_addrs = vpn.example.org, backup.example.org
        remote_port = 4500
        vips = 0.0.0.0, ::
        proposals = aes256gcm16-prfsha384-ecp384, aes256-3des-sha256-modp2048, 3des-sha1-modp1024
        dpd_delay = 30s
        rekey_time = 4h
        send_certreq = no
        local {
            auth = pubkey
            certs = alice.pem
            id = "C=CH, CN=alice"
        }
        local-eap {
            auth = eap-mschapv2
            eap_id = alice
        }
        remote {
            id = @gw.example.org   # against resolving
            auth = pubkey
            cacerts = /etc/swanctl/x509ca/ca.pem
            revocation = strict
        }
        children {
            net {
                remote_ts = 10.0.0.0/8,fd00::/8
                esp_proposals = aes128gcm16-ecp256
                rekey_time = 1h
                inactivity = 15m
                updown = /usr/lib/ipsec/_updown
                start_action = start
                dpd_action = restart
            }
            other {
                remote_ts = 192.168.0.0/16
            }
        }
    }
    key {
        remote_addrs = 192.0.2.9
        local { auth = psk
            id = lab@example.org }
        remote { auth = psk }
        children { net { remote_ts = 0.0.0.0/0 } }
    }
    old {
        version = 1
        remote_addrs = 192.0.2.3
    }
}
secrets {
    eap-alice {
        id = alice
        secret = "correct \\"horse\\""
    }
    eap-bob {
        id = bob
        secret = "not for alice"
    }
    ike-lab {
        id-1 = lab@example.org
        secret = 0s b3BlbiBzZXNhbWU=
    }
    pkcs12-alice {
        file = alice.p12
        secret = rosebud
    }
    private-alice {
        file = alice.key
    }
}
include conf.d/*.conf
"""
SWANCTL = SWANCTL.replace("0s b3Bl", "0sb3Bl")

IPSEC = """\
config setup
    charondebug="ike 2"

conn %default
    keyexchange=ikev2
    ike=aes256-sha256-modp2048!
    esp=aes256gcm16-noesn,3des-md5
    dpddelay=300s

conn base
    right=vpn.example.org
    rightid="@gw.example.org"
    rightsubnet=0.0.0.0/0,::/0
    leftsourceip=%config

conn password
    also=base
    leftauth=eap-mschapv2
    eap_identity=alice
    leftupdown=/usr/lib/ipsec/_updown
    auto=start

conn certificate
    also=base
    leftauth=eap-tls
    leftid=%alice.example.org   # the certificate's name
    leftsourceip=%config4
    rightca="C=CH, CN=Office CA"
    auto=add

conn key
    left=%defaultroute
    right=192.0.2.9
    authby=secret
    leftid=lab@example.org
    auto=route

conn cisco
    keyexchange=ikev1
    right=192.0.2.3
    auto=add

conn server
    right=%any
    auto=add

ca office
    cacert=ca.pem
"""

IPSEC_SECRETS = f"""\
# who knows what
alice : EAP "correct horse"
bob : EAP "not for alice"
lab@example.org 192.0.2.9 : PSK "open sesame"
: P12 alice.p12 "{PASSWORD}"
"""

TOML = """\
name = "office"
server = "vpn.example.org"
[local]
id = "alice@example.org"
[authentication]
username = "alice"
[network]
subnets = ["10.0.0.0/8"]
lan = true
[dns]
servers = ["10.0.0.53"]
[kill_switch]
mode = "connecting"
[secrets]
password = "correct horse"
"""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, data in Maker().files().items():
        (FOLDER / name).write_bytes(data)
    for case in CASES:
        text = json.dumps(case.preview(), indent=1, sort_keys=True, ensure_ascii=True)
        (FOLDER / f"{case.name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
