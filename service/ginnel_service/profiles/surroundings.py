"""What is wrong with how a profile deals with the machine around the tunnel: routes, DNS, when to connect."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_network

from .checks import check_range, is_address, is_domain, is_ssid, is_url, network_remedy
from .model import Dns, Network, OnDemand, OnDemandRule, Problem, Profile, Reconnect

_DAY_S = 86400.0
_DOMAIN_REMEDY = "write a domain such as corp.example.org"
_ADDRESS_REMEDY = "write an address such as 10.0.0.53 or 2001:db8::53"


def check_surroundings(profile: Profile, found: list[Problem]) -> None:
    """Add every problem of `network`, `dns`, `reconnect`, `on_demand` and `timing.idle_s` to `found`."""
    _check_network(profile.network, found)
    _check_dns(profile.dns, found)
    _check_reconnect(profile.reconnect, found)
    _check_on_demand(profile.on_demand, found)
    check_range(found, "timing.idle_s", profile.timing.idle_s, 10, 30 * _DAY_S, zero=True)


def _check_network(network: Network, found: list[Problem]) -> None:
    if not network.subnets:
        remedy = 'write "0.0.0.0/0" and "::/0" for everything'
        found.append(Problem("network.subnets", "nothing would go through the tunnel", remedy))
    for field, subnets in (("network.subnets", network.subnets), ("network.bypass", network.bypass)):
        for subnet in subnets:
            try:
                ip_network(subnet)
            except ValueError:
                found.append(Problem(field, f"`{subnet}` is no network", network_remedy(subnet)))
    if not (network.ipv4 or network.ipv6):
        remedy = "set network.ipv4 or network.ipv6 to true"
        found.append(Problem("network.ipv4", "the tunnel would have neither IPv4 nor IPv6", remedy))
    if network.mtu:
        check_range(found, "network.mtu", network.mtu, 1280 if network.ipv6 else 576, 65535, zero=True)


def _check_dns(dns: Dns, found: list[Problem]) -> None:
    _check_each(found, "dns.servers", dns.servers, is_address, "address", _ADDRESS_REMEDY)
    _check_each(found, "dns.search", dns.search, is_domain, "domain", _DOMAIN_REMEDY)
    _check_each(found, "dns.match", dns.match, is_domain, "domain", _DOMAIN_REMEDY)
    if dns.mode == "off":
        for field, values in (("servers", dns.servers), ("search", dns.search), ("match", dns.match)):
            if values:
                remedy = f"leave dns.{field} out, or choose another dns.mode"
                found.append(Problem(f"dns.{field}", "has no effect while dns.mode is off", remedy))
    if dns.mode == "all" and dns.match:
        remedy = 'leave dns.match out, or write dns.mode = "split"'
        found.append(Problem("dns.match", "has no effect where every name goes to the tunnel", remedy))


def _check_reconnect(reconnect: Reconnect, found: list[Problem]) -> None:
    check_range(found, "reconnect.tries", reconnect.tries, 1, 1_000_000, zero=True)
    check_range(found, "reconnect.limit_s", reconnect.limit_s, 1, _DAY_S)


def _check_on_demand(on_demand: OnDemand, found: list[Problem]) -> None:
    if on_demand.enabled and not on_demand.rules:
        remedy = 'add a rule such as [[on_demand.rules]] with action = "connect"'
        found.append(Problem("on_demand.rules", "is empty, so that nothing would ever connect", remedy))
    for number, rule in enumerate(on_demand.rules, 1):
        _check_rule(rule, f"on_demand.rules[{number}]", found)


def _check_rule(rule: OnDemandRule, field: str, found: list[Problem]) -> None:
    """`field` names the rule; the first one has the number 1."""
    remedy = "write the network's name, 1 to 32 octets in UTF-8"
    _check_each(found, f"{field}.ssids", rule.ssids, is_ssid, "name of a wireless network", remedy)
    if rule.ssids and rule.interface not in ("", "wifi"):
        remedy = 'write interface = "wifi", or leave it out'
        found.append(Problem(f"{field}.ssids", f"{rule.interface} has no wireless network", remedy))
    _check_each(found, f"{field}.dns_domains", rule.dns_domains, is_domain, "domain", _DOMAIN_REMEDY)
    _check_each(found, f"{field}.dns_servers", rule.dns_servers, is_address, "address", _ADDRESS_REMEDY)
    _check_each(found, f"{field}.domains", rule.domains, is_domain, "domain", _DOMAIN_REMEDY)
    if rule.probe and not is_url(rule.probe):
        remedy = "write http://HOST/PATH or https://HOST/PATH, without a user name or password"
        found.append(Problem(f"{field}.probe", "is no URL that can be asked", remedy))
    if rule.action == "evaluate" and not rule.domains:
        remedy = "name the domains for which it connects"
        found.append(Problem(f"{field}.domains", "is missing for evaluate", remedy))
    if rule.action != "evaluate" and rule.domains:
        remedy = 'leave domains out, or write action = "evaluate"'
        found.append(Problem(f"{field}.domains", f"has no effect for {rule.action}", remedy))


def _check_each(
    found: list[Problem],
    field: str,
    values: Iterable[str],
    good: Callable[[str], bool],
    what: str,
    remedy: str,
) -> None:
    found += [Problem(field, f"`{value}` is no {what}", remedy) for value in values if not good(value)]
