"""Payloads as permessage-deflate makes them (RFC 7692)."""

import zlib


class Deflate:
    """One direction's compressor; without context takeover every message starts afresh."""

    def __init__(self, *, takeover: bool = True, bits: int = 15) -> None:
        self.takeover = takeover
        self.bits = bits
        self._z = self._fresh()

    def __call__(self, payload: bytes | str) -> bytes:
        data = payload.encode() if isinstance(payload, str) else payload
        if not self.takeover:
            self._z = self._fresh()
        packed = self._z.compress(data) + self._z.flush(zlib.Z_SYNC_FLUSH)
        return packed.removesuffix(b"\x00\x00\xff\xff")

    def _fresh(self) -> "zlib._Compress":
        return zlib.compressobj(wbits=-self.bits)
