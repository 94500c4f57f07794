"""Secrets, each planted at one place, as plain data: see `Planted`."""

import json
from urllib.parse import quote

import msgpack
from cassette.redaction.secrets_of_all_kinds import (
    FORMATS,
    JWT,
    OPAQUE,
    PASSWORD,
    SHORT,
    SK,
    UUID,
    Planted,
    b64,
    b64url,
)


def _message(kind: str, place: str, secret: str, *text: str, also: tuple[str, ...] = ()) -> Planted:
    return Planted(kind, place, secret, text=text, also=also)


def _in_prose() -> list[Planted]:
    out = []
    for kind, secret in FORMATS.items():
        shown = f"https://bob:{secret}@db.example/x" if kind == "url userinfo" else secret
        hidden = secret.removeprefix("AccountKey=")
        hidden = hidden.removeprefix("https://hooks.slack.com/services/")
        hidden = hidden.removeprefix("https://discord.com/api/webhooks/")
        out.append(
            _message(kind, "prose in JSON", hidden, json.dumps({"type": "delta", "text": f"use {shown} now"}))
        )
    return out


_NESTED = json.dumps({"q": json.dumps({"password": SHORT + "x9!", "u": "bob"})})
_LOGIN = json.dumps({"user": "ada", "password": PASSWORD})

_HUB = msgpack.packb([1, {}, None, "Login", [{"accessToken": OPAQUE}]])

PLANTED: list[Planted] = [
    *_in_prose(),
    # by name, in JSON
    _message("password", "JSON key", PASSWORD, json.dumps({"type": "login", "password": PASSWORD})),
    _message("short password", "JSON key", SHORT, json.dumps({"type": "login", "passwd": SHORT})),
    _message("uuid", "JSON key of a credential", UUID, json.dumps({"api_key": UUID})),
    _message("key", "camelCase", OPAQUE, json.dumps({"openaiApiKey": OPAQUE})),
    _message("key", "env style", OPAQUE, json.dumps({"env": {"AWS_SECRET_ACCESS_KEY": OPAQUE}})),
    _message("key", "dotted", OPAQUE, json.dumps({"spring.datasource.password": OPAQUE})),
    _message("token", "bare name", OPAQUE, json.dumps({"op": 2, "d": {"token": OPAQUE}})),
    _message("password", "escaped key", SHORT, '{"\\u0070assword": "' + SHORT + '"}'),
    _message(
        "password", "array under the name", OPAQUE, json.dumps({"passwords": 1, "secrets": ["x", OPAQUE]})
    ),
    _message("password", "object under the name", SHORT, json.dumps({"secret": {"data": {"x": [SHORT]}}})),
    _message(
        "header",
        "name/value pair",
        OPAQUE,
        json.dumps({"headers": [{"name": "Authorization", "value": OPAQUE}]}),
    ),
    _message(
        "header",
        "value before name",
        OPAQUE,
        json.dumps([{"value": OPAQUE, "x": {"y": [1]}, "name": "X-Api-Key"}]),
    ),
    _message(
        "header",
        "flat pairs",
        OPAQUE,
        json.dumps({"rawHeaders": ["Host", "x", "Authorization", f"Bearer {OPAQUE}"]}),
    ),
    _message("password", "JSON in JSON", SHORT + "x9!", _NESTED),
    _message("password", "JSON in JSON in JSON", SHORT + "x9!", json.dumps({"data": _NESTED})),
    _message("token", "after a text prefix", OPAQUE, "42" + json.dumps(["auth", {"token": OPAQUE}])),
    _message("token", "socket.io event", OPAQUE, "42/admin," + json.dumps(["authorization", OPAQUE])),
    _message("token", "server-sent events", OPAQUE, 'event: x\ndata: {"access_token": "' + OPAQUE + '"}\n\n'),
    _message("token", "truncated JSON", OPAQUE, '{"a": [1, {"refresh_token": "' + OPAQUE),
    _message("token", "invalid JSON", OPAQUE, "{'access_token': '" + OPAQUE + "', x}"),
    _message("password", "cut inside the value", "hunter2", '{"a": 1, "password": "hunter2'),
    # free text
    _message("password", "key=value", "hunter2", "connect host=db user=bob password=hunter2 sslmode=off"),
    _message("password", "key: value", "hunter2", "user: bob\npassword: hunter2\n"),
    _message("password", "a line of YAML, an ordinary word", "sunshine", "user: bob\npassword: sunshine\n"),
    _message("password", "quoted, with spaces", "my pass phrase", 'DB_PASSWORD = "my pass phrase"'),
    _message("token", "Authorization line", "abc123", "GET / HTTP/1.1\r\nAuthorization: Bearer abc123\r\n"),
    _message(
        "bearer", "curl", OPAQUE, json.dumps({"cmd": f"curl -H 'Authorization: Bearer {OPAQUE}' http://x/"})
    ),
    _message(
        "password", "command line", "hunter2", json.dumps({"cmd": "mysql --user bob --password hunter2"})
    ),
    _message("key", "export", OPAQUE, json.dumps({"out": f"line\nexport OPENAI_API_KEY={OPAQUE}\n$"})),
    _message("password", "XML", "hunter2", "<login><user>bob</user><password>hunter2</password></login>"),
    _message(
        "token",
        "query of a URL in a string",
        OPAQUE,
        json.dumps({"u": f"https://x.example/a?token={OPAQUE}&b=1"}),
    ),
    _message(
        "token", "escaped for a URL", OPAQUE, "next=https%3A%2F%2Fx%2F%3Faccess_token%3D" + OPAQUE + "%26b"
    ),
    _message("key", "JSON escaped for a URL", OPAQUE, "q=" + quote(json.dumps({"api_key": OPAQUE}))),
    _message(
        "basic",
        "base64 of user:password",
        "pl4in-Text-pw",
        f"try Basic {b64('bob:pl4in-Text-pw')} there",
        also=(b64("bob:pl4in-Text-pw"),),
    ),
    _message(
        "sealed",
        "base64 of JSON",
        SHORT + "x9!",
        json.dumps({"s": b64(json.dumps({"password": SHORT + "x9!"}))}),
        also=(b64(json.dumps({"password": SHORT + "x9!"})),),
    ),
    # caught once, then everywhere
    _message("learned", "in prose, later", PASSWORD, _LOGIN, f"your {PASSWORD} it was"),
    _message("learned", "in prose, earlier in the batch", PASSWORD, f"echo {PASSWORD}", _LOGIN),
    _message(
        "learned",
        "escaped for a URL",
        PASSWORD,
        _LOGIN,
        "x=" + quote(PASSWORD, safe=""),
        "y=" + quote(PASSWORD).replace("%2B", "%2b"),
    ),
    _message(
        "learned",
        "escaped for JSON",
        'say"nine\\9/é',
        json.dumps({"password": 'say"nine\\9/é'}),
        json.dumps({"t": 'it: say"nine\\9/é!'}),
        json.dumps({"t": json.dumps({"u": 'say"nine\\9/é'}, ensure_ascii=False)}),
        '{"t": "say\\u0022nine\\u005c9\\u002f\\u00e9"}',
        '{"t": "say\\"nine\\\\9\\/\\u00e9"}',
    ),
    *(
        _message(
            "learned",
            f"in base64, alignment {n}",
            PASSWORD,
            _LOGIN,
            json.dumps({"blob": b64("x" * n + PASSWORD + "tail")}),
            also=tuple(b64("\0" * k + PASSWORD)[4:-4] for k in range(3)),
        )
        for n in range(3)
    ),
    _message(
        "learned", "as a key", OPAQUE, json.dumps({"token": OPAQUE}), json.dumps({OPAQUE: {"ok": True}})
    ),
    # cookie strings: the secret is a part
    _message(
        "session", "cookies in JSON", OPAQUE, json.dumps({"headers": {"Cookie": f"theme=dark; sid={OPAQUE}"}})
    ),
    _message(
        "session", "cookies in JSON, short", "q1w2e3", json.dumps({"cookie": "a=b; sessionid=q1w2e3; x=y"})
    ),
    _message(
        "session",
        "set-cookie in JSON",
        "q1w2e3",
        json.dumps({"set-cookie": "SESSION=q1w2e3; Path=/; HttpOnly"}),
    ),
    _message(
        "session",
        "set-cookie in a list",
        "q1w2e3",
        json.dumps({"set-cookie": ["a=b; Path=/", "sid=q1w2e3; Path=/"]}),
    ),
    _message(
        "session",
        "set-cookie, several in one",
        "q1w2e3",
        json.dumps({"Set-Cookie": "a=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, sid=q1w2e3; Path=/"}),
    ),
    _message("session", "cookie in an array of pairs", "q1w2e3", json.dumps(["Cookie", "a=b; sid=q1w2e3"])),
    _message("session", "cookie, quoted", "q1w2e3", json.dumps({"cookie": 'a=b; sid="q1w2e3"; x="y"'})),
    _message("session", "object of cookies", "q1w2e3", json.dumps({"cookies": {"PHPSESSID": "q1w2e3"}})),
    _message(
        "session", "cookies in text", "q1w2e3", "Host: x\r\nCookie: a=b; connect.sid=q1w2e3\r\nX: y\r\n"
    ),
    _message(
        "session",
        "cookies in text in JSON",
        "q1w2e3",
        json.dumps({"raw": "Cookie: a=b; connect.sid=q1w2e3\r\n"}),
    ),
    _message(
        "session", "cookies, curl", "q1w2e3", json.dumps({"cmd": "curl -H 'Cookie: a=b; sid=q1w2e3' x"})
    ),
    _message("session", "cookies, no JSON", "q1w2e3", "{'Cookie': 'a=b; sid=q1w2e3', 'x': y}"),
    _message("password", "pw", SHORT, json.dumps({"user": "ada", "pw": SHORT})),
    _message("password", "pw in JSON in JSON", "q1w2e3", json.dumps({"d": json.dumps({"db_pw": "q1w2e3"})})),
    _message("key", "authentication", OPAQUE, json.dumps({"authentication": OPAQUE})),
    _message("password", "credentials", "hunter2xAbc", json.dumps({"credentials": "hunter2xAbc"})),
    _message(
        "password",
        "credentials' value",
        SHORT,
        json.dumps({"credentials": {"username": "ada", "value": SHORT}}),
    ),
    _message("twitch", "IRC", "q1w2e3r4", "PASS oauth:q1w2e3r4\r\nNICK ada\r\n"),
    _message("twitch", "in prose", "q1w2e3r4t5z6u7i8o9p0", "use oauth:q1w2e3r4t5z6u7i8o9p0 there"),
    # binary
    Planted("password", "msgpack", PASSWORD, binary=(msgpack.packb({"op": 1, "password": PASSWORD}),)),
    Planted(
        "token",
        "msgpack, nested and as bytes",
        OPAQUE,
        binary=(msgpack.packb([1, {"auth": {"access_token": OPAQUE.encode()}}, OPAQUE]),),
    ),
    Planted(
        "password",
        "msgpack with short floats, which packs again differently",
        "hunter2",
        binary=(msgpack.packb({"x": 1.5, "password": "hunter2", "y": [0.25]}, use_single_float=True),),
    ),
    Planted(
        "token",
        "msgpack behind a length (SignalR)",
        OPAQUE,
        binary=(bytes([len(_HUB)]) + _HUB,),
    ),
    Planted(
        "header", "msgpack pair", OPAQUE, binary=(msgpack.packb([["authorization", "Bearer " + OPAQUE]]),)
    ),
    Planted(
        "json",
        "msgpack holding JSON",
        SHORT,
        binary=(msgpack.packb({"body": json.dumps({"password": SHORT})}),),
    ),
    Planted(
        "learned",
        "opaque binary",
        PASSWORD,
        text=(_LOGIN,),
        binary=(b"\x00\x01" + PASSWORD.encode() + b"\xff\xfe",),
    ),
    Planted(
        "password",
        "opaque binary by its name",
        "hunter2!",
        binary=(b"\x01\x02\xffpassword=hunter2!\x00\x03",),
    ),
    Planted("openai", "opaque binary by its format", SK, binary=(b"\x0a\x05\xff" + SK.encode() + b"\x00",)),
    Planted(
        "token",
        "JSON after a binary head",
        OPAQUE,
        binary=(b"\x00\x00\x00\x2a" + json.dumps({"token": OPAQUE}).encode(),),
    ),
    Planted("token", "JSON in a binary message", OPAQUE, binary=(json.dumps({"token": OPAQUE}).encode(),)),
    Planted(
        "session",
        "cookies in msgpack",
        "q1w2e3",
        binary=(msgpack.packb({"cookie": "a=b; sid=q1w2e3", "n": 1}),),
    ),
    Planted(
        "session",
        "cookies in msgpack that packs again differently",
        "q1w2e3",
        binary=(msgpack.packb({"cookie": "a=b; sid=q1w2e3", "n": 1.5}, use_single_float=True),),
    ),
    Planted(
        "password",
        "msgpack in an extension",
        SHORT,
        binary=(msgpack.packb({"x": msgpack.ExtType(4, msgpack.packb({"password": SHORT}))}),),
    ),
    Planted(
        "password", "msgpack in bytes", SHORT, binary=(msgpack.packb([msgpack.packb({"password": SHORT})]),)
    ),
    Planted(
        "password",
        "msgpack, credentials' value",
        SHORT,
        binary=(msgpack.packb({"credentials": {"username": "ada", "value": SHORT}}),),
    ),
    # the handshake
    Planted("bearer", "Authorization", "x1", headers=(("Authorization", "Bearer x1y2"),), also=("x1y2",)),
    Planted(
        "basic",
        "Authorization",
        "s3cret-pw-9",
        headers=(("Authorization", "Basic " + b64("ada:s3cret-pw-9")),),
        also=(b64("ada:s3cret-pw-9"),),
        text=("echo s3cret-pw-9",),
    ),
    Planted("key", "X-Api-Key", "k-9", headers=(("X-Api-Key", "k-9-k"),)),
    Planted("token", "custom header", OPAQUE, headers=(("X-My-Service-Token", OPAQUE),)),
    Planted(
        "session",
        "cookie",
        "s%3Aabc.def",
        headers=(("Cookie", "theme=dark; connect.sid=s%3Aabc.def; lang=de"),),
    ),
    Planted(
        "opaque", "cookie without a telling name", OPAQUE, headers=(("Cookie", f"zz={OPAQUE}; lang=de"),)
    ),
    Planted("token", "query", OPAQUE, query=f"v=1&token={OPAQUE}&x=2", text=(json.dumps({"echo": OPAQUE}),)),
    Planted("password", "query, short", "pw1", query="user=ada&password=pw1"),
    Planted("key", "query, escaped name", "q1", query="api%5Fkey=q1w2"),
    Planted("opaque", "subprotocol after bearer", OPAQUE, subprotocol=f"bearer, {OPAQUE}"),
    Planted(
        "opaque", "subprotocol, short", "x9", subprotocol="access_token, x9z8y7, agent.v1", also=("x9z8y7",)
    ),
    Planted(
        "kubernetes",
        "subprotocol",
        b64url("eyJ-" + OPAQUE),
        subprotocol="base64url.bearer.authorization.k8s.io."
        + b64url("eyJ-" + OPAQUE)
        + ", base64.binary.k8s.io",
    ),
    Planted("token", "subprotocol, dotted", OPAQUE, subprotocol=f"agent.v1, token.{OPAQUE}"),
    Planted(
        "openai",
        "subprotocol",
        SK,
        subprotocol=f"realtime, openai-insecure-api-key.{SK}, openai-beta.realtime-v1",
    ),
    Planted("jwt", "close reason", JWT, close_reason="bad token " + JWT[:70]),
    Planted("token", "close reason, by name", OPAQUE, close_reason=f"expired: token={OPAQUE}"),
    # exchanges
    Planted("password", "login, JSON", PASSWORD, login=("application/json", _LOGIN)),
    Planted(
        "password",
        "login, form",
        "p w&1",
        login=("application/x-www-form-urlencoded", "user=ada&password=p+w%261"),
        also=("p+w%261",),
    ),
    Planted(
        "password",
        "login, multipart",
        "hunter2",
        login=(
            "multipart/form-data; boundary=B",
            '--B\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n--B--\r\n',
        ),
    ),
    Planted(
        "token",
        "login's answer, JSON",
        OPAQUE,
        answer=("application/json", json.dumps({"access_token": OPAQUE})),
        query="ticket_id=" + OPAQUE,
    ),
    Planted(
        "token",
        "login's answer, form",
        "tok1",
        answer=("application/x-www-form-urlencoded", "access_token=tok1&scope=a"),
    ),
    Planted(
        "opaque", "cookie named as an attribute", OPAQUE, headers=(("Cookie", f"a=b; version={OPAQUE}"),)
    ),
    Planted(
        "session",
        "Set-Cookie",
        "Fe26.2",
        answer_headers=(("Set-Cookie", "sessionid=Fe26.2abc; Path=/; HttpOnly"),),
    ),
    Planted(
        "csrf",
        "hidden field",
        "cs1-rf2",
        answer=("text/html", '<input type="hidden" name="csrf_token" value="cs1-rf2">'),
    ),
    Planted(
        "token",
        "Location",
        OPAQUE,
        answer_headers=(("Location", f"https://app.example/#access_token={OPAQUE}&x=1"),),
    ),
    Planted("userinfo", "Location", "p4ss", answer_headers=(("Location", "https://ada:p4ss@app.example/"),)),
]
