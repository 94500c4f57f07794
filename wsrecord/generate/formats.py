"""Texts of the formats that are checked, their odd forms too."""

from datetime import date
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_DAYS = date.max.toordinal()
_day = date(1970, 1, 1).toordinal()
_LEAP = "leap"  # once in a while a second that only a leap can have
_LEAPS = ("23:59:60Z", "23:59:60.5Z", "18:59:60-05:00", "05:29:60.123+05:30")
_MILLISECONDS = (".000Z", ".999Z", ".123Z", ".120Z")
_OTHERS = ("Z", ".0Z", ".123456+00:00", ".999999999Z", "-00:00", "z", "+23:59", "-12:00", "+05:45")
_ends = st.sampled_from(("Z", *_MILLISECONDS, *_OTHERS, ".5-03:30", _LEAP))
_dates = st.one_of(
    st.integers(1, _DAYS).map(lambda day: date.fromordinal((day + _day) % _DAYS + 1).isoformat()),
    st.sampled_from(("2024-02-29", "1970-01-01", "0001-01-01", "9999-12-31", "2000-02-29", "2038-01-19")),
)


def _time(second: int, end: str) -> str:
    if end == _LEAP:
        return _LEAPS[second % len(_LEAPS)]
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{end}"


_times = st.builds(_time, st.integers(0, 86_399), _ends)
_number = st.integers(0, 400).map(str)
_durations = st.one_of(
    st.sampled_from(("P0D", "PT0S", "P1W", "P1Y2M3D", "P1Y2M3DT4H5M6S", "PT1H", "PT36H", "P4Y", "P1DT12H")),
    st.builds("P{}{}".format, _number, st.sampled_from("YMWD")),
    st.builds("PT{}{}".format, _number, st.sampled_from("HMS")),
    st.builds("P{}DT{}H{}M".format, _number, _number, _number),
)
_uuids = st.one_of(
    st.integers(0, 2**128 - 1).map(lambda number: str(UUID(int=number))),
    st.sampled_from(("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")),
    st.uuids(version=4).map(str),
    st.uuids(version=4).map(lambda one: str(one).upper()),
)
_ipv4 = st.one_of(
    st.sampled_from(("0.0.0.0", "127.0.0.1", "255.255.255.255", "169.254.169.254")),  # noqa: S104 — texts
    st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number))),
)
_ipv6 = st.one_of(
    st.sampled_from(("::", "::1", "::ffff:127.0.0.1", "fe80::1", "2001:DB8::A")),
    st.integers(0, 2**128 - 1).map(lambda number: str(IPv6Address(number))),
)
_label = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,6}[A-Za-z0-9])?", fullmatch=True)
_hostnames = st.one_of(
    st.sampled_from(("localhost", "a", "example.com", "xn--nxasmq6b.example", "1.2.3.4", f"{'a' * 63}.b")),
    st.lists(_label, min_size=1, max_size=3).map(".".join),
)
_local = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,8}(?:\.[A-Za-z0-9_]{1,4})?", fullmatch=True)
_emails = st.one_of(
    st.sampled_from(("a@b", "user+tag@example.com", "o'hara@example.org", f"{'x' * 64}@example.com")),
    st.builds("{}@{}".format, _local, _hostnames),
)
_path = st.sampled_from(("", "/", "/a", "/a/b", "/a%20b/", "/..;/", "/a//b", "/%00", "/a:b@c"))
_tail = st.sampled_from(("", "?", "?a=b&c=d", "#", "#x", "?q=%F0%9F%98%80#y", "?a[]=1"[:2] + "=1"))
_authority = st.one_of(_hostnames, st.sampled_from(("user:pass@h:80", "[::1]:8080", "h:", "127.0.0.1")))
_scheme = st.sampled_from(("http", "https", "ws", "wss", "file", "x-y+z.1"))
_uris = st.one_of(
    st.sampled_from(("urn:isbn:0451450523", "mailto:a@b", "data:,x", "tel:+1", "javascript:alert(1)", "a:")),
    st.builds("{}://{}{}{}".format, _scheme, _authority, _path, _tail),
)
_references = st.one_of(
    _uris,
    st.builds("{}{}".format, _path, _tail),
    st.builds("//{}{}".format, _authority, _path),
    st.sampled_from(("", "a", "../a", "./a:b", "?q", "#f")),
)
_token = st.one_of(st.sampled_from(("", "0", "a", "~0", "~1", "-", "é", " ")), st.text("ab01", max_size=3))
_pointers = st.lists(_token, max_size=4).map(lambda tokens: "".join(f"/{token}" for token in tokens))
_relative = st.builds(
    "{}{}".format,
    st.sampled_from(("0", "1", "2", "10", "99")),
    st.one_of(st.just("#"), _pointers),
)
_regexes = st.sampled_from(
    (
        *("", "a", "^a$", "[a-z]+", "(a|b)*", r"^\d{3}-\d{4}$", "a{2,3}", "(?:x)?y", r"\u00e9", "[^a]", "."),
        *(r"^(?!x)\w+$", r"\s", "(a)(b)"),
    )
)

FORMATS: dict[str, SearchStrategy[str]] = {
    "date": _dates,
    "time": _times,
    "date-time": st.builds("{}{}{}".format, _dates, st.sampled_from("TTTt"), _times),
    "duration": _durations,
    "uuid": _uuids,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "hostname": _hostnames,
    "email": _emails,
    "uri": _uris,
    "uri-reference": _references,
    "json-pointer": _pointers,
    "relative-json-pointer": _relative,
    "regex": _regexes,
}
# Nearly right: what a lazy reader of the format takes.
NEARLY: dict[str, tuple[str, ...]] = {
    "date": ("2024-02-30", "2024-13-01", "24-01-01", "2024-1-1", "2024/01/01", "20240101"),
    "time": ("12:00:00", "24:00:00Z", "12:60:00Z", "12:00:60Z", "12:00Z", "12:00:00+24:00"),
    "date-time": (
        *("2024-02-30T00:00:00Z", "2024-01-01 00:00:00", "2024-01-01T00:00:00", "2024-01-01"),
        *("2024-01-01T24:00:00Z", "1704067200"),
    ),
    "duration": ("P", "PT", "1D", "P1S", "PT1D", "P1.5D", "P1W2D"),
    "uuid": ("0", "00000000000000000000000000000000", "{00000000-0000-0000-0000-000000000000}"),
    "ipv4": ("256.0.0.1", "1.2.3", "01.2.3.4", "0x7f.1", "1.2.3.4/8"),
    "ipv6": (":::", "1::2::3", "fe80::1%eth0", "12345::", "1.2.3.4"),
    "hostname": ("-a", "a-", "a..b", "a_b", "", "é.example", "a" * 64),
    "email": ("a", "@b", "a@", "a b@c", "a@b@c", "a@-b"),
    "uri": ("a b", "//x", "http://[::1", "http://h/%zz", "é:x", ""),
    "uri-reference": ("a b", "http://[::1", "%zz", "\\\\x", "{a}"),
    "json-pointer": ("a", "/~", "/~2", "#/a"),
    "relative-json-pointer": ("", "-1", "01", "/a", "1a"),
    "regex": ("(", "[", "a{2", "*", "\\", "(?<n>a)"),
}
