"""Tokens among subprotocols."""

import pytest

from wsrecord.cassette.redaction.names import Names
from wsrecord.cassette.redaction.subprotocols import subprotocols

OPAQUE = "Zx81kq0Lm4Tt7Rb2Wn9Q"


def redacted(value: str) -> str:
    return subprotocols(value.encode(), Names(), lambda secret, name: b"(" + name.encode() + b")").decode()


@pytest.mark.parametrize(
    ("offered", "written"),
    [
        (f"bearer, {OPAQUE}", "bearer, (bearer)"),
        (f"Bearer,{OPAQUE}", "Bearer,(Bearer)"),
        ("token, abc", "token, (token)"),
        (f"agent.v1, access_token, {OPAQUE}", "agent.v1, access_token, (access_token)"),
        (
            f"base64url.bearer.authorization.k8s.io.{OPAQUE}",
            "base64url.bearer.authorization.k8s.io.(base64url.bearer)",
        ),
        (f"token.{OPAQUE}", "token.(token)"),
        (f"auth-{OPAQUE}", "auth-(auth)"),
        (
            f"realtime, openai-insecure-api-key.{OPAQUE}",
            "realtime, openai-insecure-api-key.(openai-insecure-api-key)",
        ),
        (f"header-{OPAQUE}", "header-(header)"),
        (f"graphql-ws, {OPAQUE}", "graphql-ws, (subprotocol)"),
    ],
)
def test_a_token_is_taken_out(offered: str, written: str) -> None:
    assert redacted(offered) == written


@pytest.mark.parametrize(
    "offered",
    [
        "agent.v1",
        "graphql-transport-ws, graphql-ws",
        "v4.channel.k8s.io, v3.channel.k8s.io",
        "base64.binary.k8s.io",
        "wamp.2.json, ocpp1.6, mqttv3.1",
        "openai-beta.realtime-v1",
        "bearer, agent.v1",
        "token.v1",
        "v1.kernel.websocket.jupyter.org",
        "aws-exp-2024-01-01-preview",
        "",
    ],
)
def test_a_protocol_stays(offered: str) -> None:
    assert redacted(offered) == offered
