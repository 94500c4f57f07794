"""Readers that are slow: what is not read must not be taken from the sender."""

from collections.abc import Iterator

from live.behaviours import behaviour, left, opened
from live.behaviours.messages import bulk, closed
from support import frames
from support.script import Step, client, server

C, S = frames.client, frames.server
MORE_THAN_KERNELS_HOLD = 64


@behaviour
def a_client_that_reads_slowly() -> Iterator[Step]:
    data = S.binary(bulk(1 << 20))
    yield from opened()
    yield client.pause()
    yield server.fill(data * MORE_THAN_KERNELS_HOLD)
    yield client(C.text("the other direction still flows"))
    yield client.resume()
    yield server(S.text("after it"))
    yield from closed()


@behaviour
def a_server_that_reads_slowly() -> Iterator[Step]:
    data = C.binary(bulk(1 << 20))
    yield from opened()
    yield server.pause()
    yield client.fill(data * MORE_THAN_KERNELS_HOLD)
    yield server(S.ping("the other direction still flows"))
    yield server.resume()
    yield from left()


@behaviour
def a_slow_reader_that_resets() -> Iterator[Step]:
    data = S.binary(bulk(1 << 20))
    yield from opened()
    yield client.pause()
    yield server.fill(data * MORE_THAN_KERNELS_HOLD)
    yield client(C.text("I don't read"))
    yield client.rst()
