"""Hypothesis strategies for every payload and for whole messages: values that the format can hold."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st

from ginnel_service.ike.codes import PayloadType
from ginnel_service.ike.message import Message
from ginnel_service.ike.payloads import (
    PARSERS,
    AuthPayload,
    CertPayload,
    CertReqPayload,
    CfgEntry,
    ConfigPayload,
    DeletePayload,
    EapPayload,
    Identity,
    IdiPayload,
    IdrPayload,
    KePayload,
    NoncePayload,
    NotifyPayload,
    Payload,
    Proposal,
    RawSelector,
    SaPayload,
    SkfPayload,
    SkPayload,
    TrafficSelector,
    Transform,
    TsiPayload,
    TsrPayload,
    UnknownPayload,
    VendorPayload,
)
from ginnel_service.ike.payloads.selector import OPAQUE

u8, u16, u32 = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
blobs = st.binary(max_size=64)

_fixed = st.tuples(
    st.integers(0x8000, 0xFFFF).filter(lambda t: t != 0x800E), st.binary(min_size=2, max_size=2)
)
_sized = st.tuples(st.integers(0, 0x7FFF), st.binary(max_size=8))
transforms = st.builds(
    Transform,
    type=u8,
    id=u16,
    key_bits=st.none() | u16,
    attributes=st.lists(_fixed | _sized, max_size=3).map(tuple),
)
proposals = st.builds(
    Proposal,
    number=u8,
    protocol=u8,
    spi=st.binary(max_size=16),
    transforms=st.lists(transforms, max_size=5).map(tuple),
)
identities = st.builds(Identity, type=u8, data=blobs)

_ports = st.tuples(u16, u16).map(lambda p: (min(p), max(p))) | st.just(OPAQUE)


def _selector(
    protocol: int, ports: tuple[int, int], ends: tuple[IPv4Address | IPv6Address, IPv4Address | IPv6Address]
) -> TrafficSelector:
    start, end = sorted(ends, key=int)
    return TrafficSelector(protocol, *ports, start, end)


_v4 = st.integers(0, 2**32 - 1).map(IPv4Address)
_v6 = st.integers(0, 2**128 - 1).map(IPv6Address)
selectors = st.builds(_selector, u8, _ports, st.tuples(_v4, _v4) | st.tuples(_v6, _v6))

#: Few addresses, protocols and ports, so that ranges often touch.
_near = st.integers(0, 7)
_near_ports = st.sampled_from([(0, 65535), (80, 80), (80, 443), (443, 500), OPAQUE])
small_selectors = st.builds(
    _selector,
    st.sampled_from([0, 6, 17]),
    _near_ports,
    st.tuples(_near.map(IPv4Address), _near.map(IPv4Address))
    | st.tuples(_near.map(IPv6Address), _near.map(IPv6Address)),
)
raw_selectors = st.builds(
    RawSelector, type=u8.filter(lambda t: t not in (7, 8)), data=st.binary(min_size=1, max_size=32)
)
_selector_lists = st.lists(selectors | raw_selectors, max_size=5).map(tuple)

_spi = st.binary(min_size=4, max_size=4)
deletes = st.builds(
    DeletePayload, protocol=st.sampled_from([2, 3]), spis=st.lists(_spi, max_size=5).map(tuple)
) | st.builds(DeletePayload, protocol=st.sampled_from([0, 1, 200]))

_known = {*PARSERS, PayloadType.NONE, PayloadType.SK, PayloadType.SKF}
unknowns = st.builds(UnknownPayload, type=u8.filter(lambda t: t not in _known), data=blobs)

clear_payloads: st.SearchStrategy[Payload] = st.one_of(
    st.builds(SaPayload, st.lists(proposals, min_size=1, max_size=4).map(tuple)),
    st.builds(KePayload, method=u16, data=blobs),
    st.builds(IdiPayload, identities),
    st.builds(IdrPayload, identities),
    st.builds(CertPayload, encoding=u8, data=blobs),
    st.builds(CertReqPayload, encoding=u8, data=blobs),
    st.builds(AuthPayload, method=u8, data=blobs),
    st.builds(NoncePayload, data=st.binary(min_size=16, max_size=256)),
    st.builds(NotifyPayload, notify=u16, data=blobs, protocol=u8, spi=st.binary(max_size=255)),
    deletes,
    st.builds(VendorPayload, data=blobs),
    st.builds(TsiPayload, _selector_lists),
    st.builds(TsrPayload, _selector_lists),
    st.builds(
        ConfigPayload,
        cfg_type=u8,
        attributes=st.lists(st.builds(CfgEntry, st.integers(0, 0x7FFF), blobs), max_size=5).map(tuple),
    ),
    st.builds(EapPayload, data=blobs),
    unknowns,
)
_fragment = st.tuples(u16, u16).map(lambda p: (max(1, min(p)), max(1, *p)))
sealed_payloads: st.SearchStrategy[Payload] = st.one_of(
    st.builds(SkPayload, first_inner=u8, data=blobs),
    st.builds(lambda f, p, d: SkfPayload(f, p[0], p[1], d), u8, _fragment, blobs),
)
chains = st.tuples(
    st.lists(clear_payloads, max_size=6), st.just([]) | sealed_payloads.map(lambda p: [p])
).map(lambda parts: (*parts[0], *parts[1]))
messages = st.builds(
    Message,
    spi_i=st.binary(min_size=8, max_size=8),
    spi_r=st.binary(min_size=8, max_size=8),
    exchange=u8,
    message_id=u32,
    from_initiator=st.booleans(),
    is_response=st.booleans(),
    payloads=chains,
)
