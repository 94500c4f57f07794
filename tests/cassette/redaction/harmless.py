"""What must be left alone, byte for byte: text messages, binary ones, and parts of requests."""

import json

import msgpack

UUID = "3f2c1b7a-9d4e-4c6b-8a5f-0e1d2c3b4a59"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

TEXT: list[str] = [
    json.dumps({"max_tokens": 4096, "temperature": 0.2}),
    json.dumps({"usage": {"total_tokens": 12, "prompt_tokens": 5, "completion_tokens": 7}}),
    json.dumps({"max_tokens": "4096"}),
    json.dumps({"type": "token", "token": "Hello"}),
    json.dumps({"token": " world"}),
    json.dumps({"type": "delta", "text": "the token is a unit of text"}),
    json.dumps({"text": "Your password must have at least 12 characters."}),
    json.dumps({"text": "Forgot your password? Reset it: we will send a link."}),
    json.dumps({"text": "password: required, token: expired"}),
    json.dumps({"text": "The secret of good soup is time."}),
    json.dumps({"text": "Authorization: see chapter 3 of the manual"}),
    json.dumps({"text": "basic training for bearer of good news"}),
    json.dumps({"text": "Bearer authentication is described in RFC 6750"}),
    json.dumps({"text": "Use an API key, not a password: keys rotate."}),
    json.dumps({"run_id": UUID, "thread_id": UUID}),
    json.dumps({"id": SHA, "sha256": SHA, "etag": SHA[:32]}),
    json.dumps({"next_page_token": "CAUQAA"}),
    json.dumps({"nextPageToken": "CAUQAAabcdefghijklmnop1234"}),
    json.dumps({"progressToken": UUID}),
    json.dumps({"_meta": {"progressToken": "abc"}}),
    json.dumps({"eos_token": "<|endoftext|>", "pad_token": "<pad>"}),
    json.dumps(
        {"password": {"type": ["string", "null"], "description": "A password of the user", "minLength": 8}}
    ),
    json.dumps({"text": "password = input('Password: ')"}),
    json.dumps({"text": "const token = localStorage.getItem('token')"}),
    json.dumps({"text": "post('/login', json={'user': user, 'password': password})"}),
    json.dumps({"text": "headers: {Authorization: `Bearer ${token}`}"}),
    json.dumps({"api_key": "{{ secrets.OPENAI }}", "password": "${DB_PASSWORD}"}),
    json.dumps({"result": "pass", "status": "pass: 3 of 4"}),
    json.dumps(
        {"error": {"code": "invalid_api_key", "message": "Incorrect API key provided: see the page."}}
    ),
    json.dumps({"token_type": "Bearer", "expires_in": 3600}),
    json.dumps({"token_endpoint": "https://login.example/oauth2/token"}),
    json.dumps({"tokenizer": "cl100k_base", "tokenizer_config": "x"}),
    json.dumps({"token_count": "12", "tokens": ["a", "b"]}),
    json.dumps({"password": None, "api_key": None}),
    json.dumps({"password": "", "token": ""}),
    json.dumps({"password": 12345, "token": True}),
    json.dumps({"password": "********"}),
    json.dumps({"has_password": True, "password_required": "yes"}),
    json.dumps({"author": "Ada Lovelace", "authored_at": "2026-01-01"}),
    json.dumps({"keyboard": "qwertz", "key": "Enter", "keyCode": 13}),
    json.dumps({"primary_key": "user_identifier_column", "sort_key": "created_at_timestamp"}),
    json.dumps({"public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKq1"}),
    json.dumps({"foreign_key": "customer_order_number_long"}),
    json.dumps({"monkey": "a-very-long-name-of-a-monkey-42"}),
    json.dumps({"type": "connection_established", "session_id": "sess_1234567890abcdef"}),
    json.dumps({"tool_call_id": "call_abc123DEF456ghi789"}),
    json.dumps({"message_id": "msg_01XFDUDYJgAACzvnptvVoYEL"}),
    json.dumps(
        {"inputSchema": {"properties": {"password": {"type": "string", "description": "The password"}}}}
    ),
    json.dumps(
        {"properties": {"api_key": {"type": "string", "title": "API key"}}, "required": ["api_key", "model"]}
    ),
    json.dumps({"required": ["password", "username"]}),
    json.dumps(["token", "count"]),
    json.dumps({"auth": "required"}),
    json.dumps({"auth": {"type": "none"}}),
    json.dumps({"auth": {"user_id": UUID}}),
    json.dumps({"credentials": "same-origin"}),
    json.dumps({"cookie": "accepted"}),
    json.dumps({"cookie": "theme=dark; lang=de; tz=Europe/Berlin"}),
    json.dumps({"cookies": {"theme": "dark", "lang": "de"}}),
    json.dumps({"set-cookie": ["theme=dark; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "lang=de"]}),
    "Cookie: theme=dark; lang=de\r\nX-A: b\r\n",
    json.dumps({"text": "The cookie: a=b; is set when you log in."}),
    json.dumps({"credentials": "include"}),
    json.dumps({"credentials": {"type": "oauth2", "username": "ada.lovelace99"}}),
    json.dumps({"authentication": {"required": True, "schemes": ["Bearer"], "type": "oauth2"}}),
    json.dumps({"code": "build(credentials=my_creds2, upward=True)"}),
    "pw:api navigating to https://x.example/ waiting until load",
    json.dumps({"text": "PASS src/oauth.test.js; see oauth:authorizationcode"}),
    json.dumps({"url": "https://docs.example/api-keys/password-reset?page=2"}),
    json.dumps({"url": "https://example.com:8080/a@b/c"}),
    json.dumps({"mail": "mailto:bob@example.com", "at": "bob@example.com"}),
    json.dumps({"image": "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ" * 4}),
    json.dumps({"text": "task-management-system-design-2024 and risk-assessment-for-projects-1"}),
    json.dumps({"code": "def token(self): return self.password"}),
    json.dumps({"ts": "2026-02-03T04:05:06.000007Z", "n": 1234567890123456}),
    json.dumps({"html": "&lt;b&gt;bold&lt;/b&gt; \u00e9 \u2028"}),
    json.dumps({"text": "wsr-ffffffffffff-password-1 is of another cassette"}),
    '{"a" : 1 ,  "b":[ ] , "text":"\\u003cb\\u003e \\/ \\u00e9"}',
    "2probe",
    "3",
    '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000}',
    '40{"sid":"wZX3oN0bSVIhsaknAAAI"}',
    "CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0",
    "password",
    "token token token",
    "",
    '\ud83d\ude00 {broken [json \\ " password'.encode("utf-16", "surrogatepass").decode("utf-16"),
    "[" * 200 + "]" * 200,
]

BINARY: list[bytes] = [
    b"",
    b"\x00\x01\x02\x03",
    bytes(range(256)) * 4,
    msgpack.packb({"max_tokens": 5, "token": "Hi", "id": UUID}),
    msgpack.packb([1, 2, {"author": "x"}]),
    b"\x89PNG\r\n\x1a\n" + bytes(range(255, 0, -1)),
    msgpack.packb({"x": msgpack.ExtType(4, msgpack.packb({"max_tokens": 5})), "cookie": "a=b"}),
    b"\x0a\x08password\x12\x05token",
]

HEADERS: list[tuple[str, str]] = [
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
    ("Sec-WebSocket-Protocol", "agent.v1, graphql-transport-ws, v4.channel.k8s.io"),
    ("Sec-WebSocket-Protocol", "auth, agent.v1"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
    ("ETag", 'W/"9f86d081884c7d659a2feaa0c55ad015"'),
    ("X-Request-Id", UUID),
    ("Cookie", "theme=dark; lang=de; consent=2026-01-01T00:00:00Z; tz=Europe/Berlin"),
    ("WWW-Authenticate", 'Bearer realm="example", error="invalid_token"'),
    ("Access-Control-Allow-Headers", "Authorization, X-Api-Key, Content-Type"),
    ("Authorization", ""),
    ("Authorization", "token "),
    ("Authorization", "Bearer"),
    ("Referer", "https://app.example/chat?thread=" + UUID),
]

PATHS = [
    "/ws",
    "/ws?EIO=4&transport=websocket&sid=lv_VI97HAXpY6yYWAAAC",
    "/ws?token=short&key=a",
    f"/runs/{UUID}/events",
]
