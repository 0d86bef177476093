"""Files to import as people write them by hand: for strongSwan, and for Ginnel."""

from __future__ import annotations

from helpers.import_files import PASSWORD

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
