"""Addresses that lead inside, as somebody would write them who wants to get there."""

from __future__ import annotations

_HOSTS = [
    # This machine, in all spellings that resolvers understand.
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "2130706433", "0x7f000001",
    "0x7f.1", "0x7F.0x0.0x0.0x1", "0177.1", "0177.0.0.1", "017700000001", "127.0x1", "0",
    "0.0.0.0", "0x0", "00", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.",
    "localhost.localdomain",
    # The same in IPv6, and what carries an IPv4 address within.
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::FFFF:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]", "[::7f00:1]",
    "[::ffff:0:127.0.0.1]", "[::ffff:0:7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:1::1]", "[2001:0:7f00:1::]",
    "[2001::80ff:fffe]", "[fe80::5efe:7f00:1]", "[::ffff:a00:1]", "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[2002:c0a8:101::1]", "[2001:0:a00:1::]",
    # Private networks.
    "10.0.0.1", "10.255.255.255", "0xa.0.0.1", "012.0.0.1", "10.1", "167772161", "172.16.0.1",
    "172.31.255.254", "0xac.16.1", "192.168.0.1", "192.168.1.254", "192.168.257", "3232235777",
    "0300.0250.1.1", "[fc00::1]", "[fd00::1]", "[fd12:3456:789a::1]", "[fec0::1]",
    # What clouds tell about themselves, and other link-local ones.
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
    "169.254.170.2", "169.254.0.1", "100.100.100.200", "192.0.0.192", "[fd00:ec2::254]",
    "[fe80::1]", "[fe80::a9fe:a9fe]",
    # Between carriers, for tests, for documents, for protocols, for many, for nobody.
    "100.64.0.1", "100.127.255.254", "198.18.0.1", "198.19.255.254", "192.0.2.1", "198.51.100.7",
    "203.0.113.9", "192.0.0.8", "192.0.0.170", "192.88.99.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "0.1.2.3", "[ff02::1]", "[ff05::2]", "[ff0e::1]", "[100::1]",
    "[2001:db8::1]", "[2001:10::1]", "[2001:20::1]", "[3fff::1]", "[5f00::1]", "[4000::1]",
    "[::2]",
]  # fmt: skip

_MISREAD = [
    # One parser sees a public host, another one what lies inside.
    "https://hook.example@127.0.0.1:PORT/", "https://hook.example:443@127.0.0.1:PORT/",
    "https://user:pass@127.0.0.1:PORT/", "https://127.0.0.1:PORT@hook.example/",
    "https://hook.example%40127.0.0.1:PORT/", "https://hook.example\\@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT\\@hook.example/", "https://127.0.0.1:PORT#@hook.example/",
    "https://hook.example#@127.0.0.1:PORT/", "https:\\\\127.0.0.1:PORT/",
    "https:/\\127.0.0.1:PORT/", "https:127.0.0.1:PORT/", "https:///127.0.0.1:PORT/",
    "//127.0.0.1:PORT/", "127.0.0.1:PORT", "https://127.0.0.1:PORT:80/",
    "https://127.0.0.1: PORT/", " https://127.0.0.1:PORT/", "https://127.0.0.1:PORT/ ",
    "https://127.0.0.1\t:PORT/", "https://127.0.0.1:PORT/\r\nHost: hook.example",
    "https://127.0.0.1:PORT/\n", "https://127.0.0.1\x00.hook.example:PORT/",
    "https://[::1%25lo]:PORT/", "https://[::1%lo]:PORT/", "https://[fe80::1%25eth0]:PORT/",
    "https://[127.0.0.1]:PORT/", "https://[::1]hook.example:PORT/", "https://::1:PORT/",
    "https://[::1:PORT/", "https://[v1.7f000001]:PORT/", "https://%31%32%37.0.0.1:PORT/",
    # Letters and dots that are made into others before they are asked for.
    "https://①②⑦.⓪.⓪.①:PORT/", "https://\uff11\uff12\uff17.\uff10.\uff10.\uff11:PORT/", "https://127。0。0。1:PORT/",
    "https://127\uff0e0\uff0e0\uff0e1:PORT/", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "https://loc\u00adalhost:PORT/",
    "https://local\u200bhost:PORT/", "https://xn--bcher-kva@127.0.0.1:PORT/",
    "https://127..0.0.1:PORT/", "https://.127.0.0.1:PORT/", "https://127.0.0.1..:PORT/",
    # Other ports and other ways.
    "https://127.0.0.1:0/", "https://127.0.0.1:65536/", "https://127.0.0.1:-1/",
    "https://127.0.0.1:0xPORT/", "https://127.0.0.1:+PORT/", "https://127.0.0.1:٤٤٣/",
    "http://127.0.0.1:PORT/", "HTTPS://127.0.0.1:PORT/", "http://hook.example:PORT/",
    "ftp://127.0.0.1:PORT/", "gopher://127.0.0.1:PORT/_x", "file:///etc/passwd",
    "dict://127.0.0.1:PORT/", "unix:///run/postgresql/.s.PGSQL.5432", "ws://127.0.0.1:PORT/",
    "jar:https://127.0.0.1:PORT/", "view-source:https://127.0.0.1:PORT/", "data:text/plain,x",
]  # fmt: skip

ADDRESSES = [*(f"https://{host}:PORT/" for host in _HOSTS), *_MISREAD]
"""PORT is where the listener is."""

_ONE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.20.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "fd00::1", "fe80::1", "fe80::1%lo",
    "ff02::1",
]  # fmt: skip
_PUBLIC_V4, _PUBLIC_V6 = "93.184.215.14", "2606:4700:4700::1111"

WHERE_NAMES_LEAD = [
    *([one] for one in _ONE),
    *([_PUBLIC_V4, one] for one in _ONE),
    *([one, _PUBLIC_V6] for one in _ONE),
    [_PUBLIC_V4, _PUBLIC_V6, *["93.184.215.15"] * 20, "10.0.0.1"],
]
"""What a resolver answers: inside, or public and inside together."""

REDIRECTS = [
    "https://127.0.0.1:PORT/", "http://127.0.0.1:PORT/", "//127.0.0.1:PORT/", "/inside",
    "https://hook.example@127.0.0.1:PORT/", "http://[::1]:PORT/", "http://localhost:PORT/",
    "http://169.254.169.254/latest/meta-data/", "gopher://127.0.0.1:PORT/_", "file:///etc/passwd",
]  # fmt: skip
