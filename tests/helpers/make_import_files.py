"""Makes the files of `import_files`.

`python -m helpers.make_import_files` writes them anew, with what is expected of them. Whoever changes how a
file is understood runs it, and looks at what differs. Keys and certificates are made for it and are used
nowhere else.
"""

from __future__ import annotations

import io
import json
import plistlib
import zipfile
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from helpers.authority import Authority, dns, ip, mail
from helpers.import_files import CASES, FOLDER, PASSWORD
from helpers.import_texts import IPSEC, IPSEC_SECRETS, SWANCTL, TOML
from helpers.mobileconfig import payload, root, signed, top


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
