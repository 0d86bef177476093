"""ECN and DSCP across the tunnel (RFC 6040; RFC 1624 for the checksum)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inner import internet_sum, ipv4, ipv6
from ginnel_core.probe_inner import inherit, merged_ecn, outer_tos

NOT_ECT, ECT_1, ECT_0, CE = range(4)
DROP = None

#: RFC 6040 figure 4: a row per inner field, a column for each of outer Not-ECT, ECT(0), ECT(1), CE.
FIGURE_4 = {
    NOT_ECT: (NOT_ECT, NOT_ECT, NOT_ECT, DROP),
    ECT_0: (ECT_0, ECT_0, ECT_1, CE),
    ECT_1: (ECT_1, ECT_1, ECT_1, CE),
    CE: (CE, CE, CE, CE),
}
CASES = [
    pytest.param(inner, outer, left, id=f"inner {inner:02b}, outer {outer:02b}")
    for inner, row in FIGURE_4.items()
    for outer, left in zip((NOT_ECT, ECT_0, ECT_1, CE), row, strict=True)
]


@pytest.mark.parametrize(("inner", "outer", "left"), CASES)
def test_figure_4_of_rfc_6040(inner: int, outer: int, left: int | None) -> None:
    assert merged_ecn(inner, outer) == left


@pytest.mark.parametrize(("inner", "outer", "left"), CASES)
@pytest.mark.parametrize("dscp", [0, 46])
def test_packet_leaves_with_its_own_dscp_and_the_merged_ecn(
    inner: int, outer: int, left: int | None, dscp: int
) -> None:
    outer_octet = 10 << 2 | outer
    for packet, expected in (
        (ipv4(tos=dscp << 2 | inner), ipv4(tos=dscp << 2 | (left or 0))),
        (ipv6(traffic_class=dscp << 2 | inner), ipv6(traffic_class=dscp << 2 | (left or 0))),
    ):
        reason, result = inherit(packet, outer_octet)
        if left is None:
            assert reason == "ecn"
        else:
            assert (reason, result) == ("ok", expected)


@given(st.integers(0, 65535), st.integers(0, 63), st.binary(max_size=40), st.sampled_from([ECT_0, ECT_1]))
def test_checksum_stays_right(identification: int, dscp: int, options: bytes, inner: int) -> None:
    options = options[: len(options) // 4 * 4]
    packet = ipv4(tos=dscp << 2 | inner, identification=identification, options=options)
    reason, result = inherit(packet, CE)
    assert reason == "ok"
    assert result[1] == dscp << 2 | CE
    assert internet_sum(result[: 20 + len(options)]) == 0xFFFF


def test_checksum_stays_right_for_every_identification() -> None:
    """Also where the checksum becomes 0 or was 0: RFC 1624 section 4 shows how that goes wrong."""
    for identification in range(65536):
        _, result = inherit(ipv4(b"", tos=ECT_0, identification=identification), CE)
        assert result[10:12] == ipv4(b"", tos=CE, identification=identification)[10:12]


@given(st.binary(min_size=2, max_size=2))
def test_wrong_checksum_stays_wrong(checksum: bytes) -> None:
    packet = ipv4(tos=ECT_0)
    broken = packet[:10] + checksum + packet[12:]
    _, result = inherit(broken, CE)
    assert internet_sum(result[:20]) == 0xFFFF or internet_sum(broken[:20]) != 0xFFFF


@pytest.mark.parametrize("tos", [0, 1, 2, 3, 0xB8, 0xB9, 0xFE, 0xFF])
def test_outer_header_has_the_inner_ecn_and_the_dscp_only_when_asked(tos: int) -> None:
    for packet in (ipv4(tos=tos), ipv6(traffic_class=tos)):
        assert outer_tos(packet, copy_dscp=False) == tos & 3
        assert outer_tos(packet, copy_dscp=True) == tos
