"""How the server under test is, seen from outside: its page of health, the memory of its processes."""

import asyncio
import contextlib
import os
import re
from pathlib import Path

from wsrecord.live.upstream import Upstream

_TRY = 3.0
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


async def health(upstream: Upstream, path: str) -> int | None:
    """The status of its page of health; None: nobody answers."""
    head = (
        f"GET {path} HTTP/1.1\r\nHost: {upstream.host_header}\r\nUser-Agent: wsrecord\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(_TRY):
            reader, writer = await asyncio.open_connection(upstream.host, upstream.port, ssl=upstream.tls)
            try:
                writer.write(head.encode("latin-1"))
                line = await reader.readline()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, ValueError):
        return None
    found = re.match(rb"HTTP/1\.[01] (\d{3})", line)
    return int(found[1]) if found else None


def memory(group: int) -> int | None:
    """The bytes that a process group holds in memory; None where nobody can tell."""
    proc = Path("/proc")
    if not proc.is_dir():
        return None
    total = 0
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                if len(fields) > 21 and int(fields[2]) == group:
                    total += int(fields[21]) * _PAGE
            except (OSError, ValueError):
                continue
    return total or None
