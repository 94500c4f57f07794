"""How a session may end: close frames good and bad, FIN, RST, half-close, nothing at all."""

from collections.abc import Iterator

from live.behaviours import also_over_tls, behaviour, left, opened
from live.behaviours.messages import closed
from support import frames, http
from support.script import Step, client, server

C, S = frames.client, frames.server


@also_over_tls
def close_codes_and_reasons() -> Iterator[Step]:
    yield from opened()
    yield server(S.close(4401, "token abgelaufen: später"))
    yield client(C.close(4401, "token abgelaufen: später"))
    yield server.fin()
    yield client.fin()


@behaviour
def a_close_without_a_code() -> Iterator[Step]:
    yield from opened()
    yield client(C.close())
    yield server(S.close())
    yield server.fin()
    yield client.fin()


@behaviour
def close_payloads_that_the_RFC_forbids() -> Iterator[Step]:
    yield from opened()
    yield client(C.frame(frames.CLOSE, b"\x03"))
    yield server(S.close(1005), S.close(1006), S.close(999), S.close(65535))
    yield client(C.frame(frames.CLOSE, b"\x03\xe8\xff\xfe not UTF-8"))
    yield from left()


@behaviour
def frames_after_a_close() -> Iterator[Step]:
    yield from opened()
    yield client(C.close(1000))
    yield server(S.text("one more"), S.close(1000), S.text("and one more"))
    yield client(C.text("me too"))
    yield from left()


@also_over_tls
def a_server_that_drops_the_connection_without_a_close() -> Iterator[Step]:
    yield from opened()
    yield server(S.text("half a thou"))
    yield server.drop()
    yield client.fin()


@behaviour
def a_client_that_drops_the_connection_in_the_middle_of_a_frame() -> Iterator[Step]:
    yield from opened()
    yield client(C.text("cut short")[:-4])
    yield client.drop()
    yield server.fin()


@behaviour
def a_client_that_learns_from_a_reset_that_the_server_is_gone() -> Iterator[Step]:
    yield from opened()
    yield server.drop()
    yield client.later(C.text("anybody?"))
    yield client.sees("FIN, RST")


@behaviour
def a_server_that_learns_from_a_reset_that_the_client_is_gone() -> Iterator[Step]:
    yield from opened()
    yield client.drop()
    yield server.later(S.text("anybody?"))
    yield server.sees("FIN, RST")


@also_over_tls
def a_client_that_resets_the_session() -> Iterator[Step]:
    yield from opened()
    yield client(C.text("last words"))
    yield client.rst()


@also_over_tls
def a_server_that_resets_the_session() -> Iterator[Step]:
    yield from opened()
    yield server(S.text("last words"))
    yield server.rst()


@behaviour
def a_client_that_resets_before_it_says_a_word() -> Iterator[Step]:
    yield client.rst()


@behaviour
def a_server_that_resets_before_it_hears_a_word() -> Iterator[Step]:
    yield server.rst()


@behaviour
def a_client_that_resets_while_it_waits_for_the_answer() -> Iterator[Step]:
    yield client(http.upgrade())
    yield client.rst()


@behaviour
def a_server_that_resets_instead_of_answering() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server.rst()


@behaviour
def a_server_that_resets_with_its_answer_under_way() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(http.switching()[:50])
    yield server.rst()


@behaviour
def a_reset_from_a_client_that_had_ended_its_direction() -> Iterator[Step]:
    yield from opened()
    yield client.fin()
    yield server(S.text("you still listen"))
    yield client.rst_unseen()
    yield server.sees("FIN, RST")


@behaviour
def a_reset_from_a_server_that_had_ended_its_direction() -> Iterator[Step]:
    yield from opened()
    yield server.fin()
    yield client(C.text("you still listen"))
    yield server.rst_unseen()
    yield client.sees("FIN, RST")


@behaviour
def a_client_that_half_closes_and_still_reads() -> Iterator[Step]:
    yield from opened()
    yield client(C.text("that was my question"))
    yield client.fin()
    yield server(S.text("the answer"))
    yield server(S.ping(), S.close(1000))
    yield server.fin()


@behaviour
def a_server_that_half_closes_and_still_reads() -> Iterator[Step]:
    yield from opened()
    yield server(S.close(1001, "going away"))
    yield server.fin()
    yield client(C.text("what was still in my pipe"))
    yield client(C.close(1001))
    yield client.fin()


@behaviour
def a_client_that_half_closes_before_the_answer() -> Iterator[Step]:
    yield client(http.upgrade())
    yield client.fin()
    yield server(http.switching())
    yield server(S.text("one-way"))
    yield server.fin()


@behaviour
def a_connection_without_a_byte() -> Iterator[Step]:
    yield client.fin()
    yield server.fin()


@behaviour
def a_connection_that_the_server_closes_without_a_byte() -> Iterator[Step]:
    yield server.drop()
    yield client.fin()


@also_over_tls
def both_directions_ended_by_the_client_first() -> Iterator[Step]:
    yield from opened()
    yield from left()


@behaviour
def a_proper_end() -> Iterator[Step]:
    yield from opened()
    yield from closed()
