"""HTTP heads as values and back: what nobody changes stays as it was."""

from dataclasses import replace

from cassette.records import records
from hypothesis import given

from wsrecord.cassette.model import Request, Response
from wsrecord.dialogue.heads import request_of, request_value, response_value

COMMON = {"t": 0, "began": 0, "connection": 1, "exchange": 1}


@given(records)
def test_a_request_comes_back_as_it_was(record):
    if isinstance(record, Request):
        again = request_of(request_value(record), record)
        assert (again.path, again.headers, again.body) == (record.path, record.headers, record.body)


def test_headers_of_one_name_keep_their_order_and_spelling():
    request = Request(method="GET", path="/", headers=(("X-A", "1"), ("Host", "h"), ("x-a", "2")), **COMMON)
    value = request_value(request)
    assert value["headers"] == {"x-a": ["1", "2"]}
    value["headers"]["x-a"][1] = "9"
    assert request_of(value, request).headers == (("X-A", "1"), ("Host", "h"), ("x-a", "9"))


def test_a_body_is_sent_whole_and_decoded_with_its_own_length():
    headers = (("content-length", "9"), ("Content-Encoding", "gzip"), ("X", "y"))
    request = Request(method="POST", path="/", headers=headers, body=b'{"a": 1}', size=9, **COMMON)
    value = request_value(request)
    assert request_of(value, request).headers == (("Content-Length", "8"), ("X", "y"))
    again = request_of({**value, "body": '{"a": 100}'}, request)
    assert (again.headers[0], again.size) == (("Content-Length", "10"), 10)
    chunked = replace(request, headers=(("Transfer-Encoding", "chunked"),))
    assert request_of(request_value(chunked), chunked).headers == (("Content-Length", "8"),)


def test_an_answers_cookies_have_names():
    headers = (("Set-Cookie", 'a="1"; Path=/'), ("Set-Cookie", "b=2"), ("Date", "today"))
    response = Response(status=200, reason="", headers=headers, body=b"\xff", **COMMON)
    assert response_value(response) == {"status": 200, "headers": {}, "set-cookie": {"a": "1", "b": "2"}}
