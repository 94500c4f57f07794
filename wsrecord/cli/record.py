"""`wsrecord record`."""

import math
import secrets
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from wsrecord.cli.numbers import Finite
from wsrecord.errors import UsageError
from wsrecord.live.upstream import Routes, Upstream, parse_target
from wsrecord.wire.items import DEFAULT_BOUNDS, Bounds

_KIB = 1024
_DIGITS = 15
_LEAST_HEAD = 1024
_UNITS = {"": 1, "B": 1, "K": _KIB, "KB": _KIB, "KIB": _KIB, "M": _KIB**2, "MB": _KIB**2, "MIB": _KIB**2}


class Size(click.ParamType[int]):
    """A number of bytes, as 65536, 64k or 32M."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number and its unit."""
        if isinstance(value, int):
            return value
        text = str(value).strip().upper()
        digits = text.rstrip("KMGIB")
        unit = text[len(digits) :]
        units = {**_UNITS, "G": _KIB**3, "GB": _KIB**3, "GIB": _KIB**3}
        if not (digits.isascii() and digits.isdigit()) or unit not in units:
            self.fail(f"{value!r} is not a size; write it like 65536, 64k or 32M", param, ctx)
        return int(digits) * units[unit]


@click.command(
    "record",
    epilog="""
\b
Examples:
  wsrecord record --target ws://localhost:8000/ws
  wsrecord record --target ws://localhost:8000 --out cassettes/chat.wsr.jsonl
  wsrecord record --target localhost:8000 -- pytest tests/e2e --base-url {http_url}
  wsrecord record --target localhost:5173 --route /api=http://localhost:8000 --skip '/?token=*'

The cassette is NAME.part while it is being written. Exit code: 0, the command's own, 4 when the
target could not be reached at all, or 5 when the recording failed and something is missing from it.
""",
)
@click.option("--target", metavar="URL", required=True, help="The real server: ws, wss, http or https.")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Where clients connect to.  [default: 127.0.0.1:9000, or the next free port]",
)
@click.option(
    "--out",
    metavar="NAME",
    type=click.Path(path_type=Path),
    help="The cassette; NAME.jsonl writes lines.  [default: cassettes/<time>.wsr]",
)
@click.option(
    "--per-session",
    is_flag=True,
    help="One cassette for each session; plain HTTP goes into one beside them, logins too: not for verify.",
)
@click.option(
    "--only", metavar="PATH", multiple=True, help="Record only this path (a glob, or all below it)."
)
@click.option(
    "--skip", metavar="PATH", multiple=True, help="Relay this path, but do not record it (Vite: '/?token=*')."
)
@click.option(
    "--route", metavar="PREFIX=URL", multiple=True, help="Send this path, and all below, elsewhere."
)
@click.option("--force", is_flag=True, help="Replace NAME, once the new recording is complete.")
@click.option("--keep-host", is_flag=True, help="Leave Host and Origin as they are, even the proxy's own.")
@click.option(
    "--env", metavar="NAME", default="WSRECORD_URL", help="The variable that COMMAND reads the URL from."
)
@click.option("--tls", is_flag=True, help="Serve wss:// and https:// with a throw-away certificate.")
@click.option(
    "--cert", metavar="FILE", type=click.Path(path_type=Path), help="Serve TLS with this certificate."
)
@click.option(
    "--key", metavar="FILE", type=click.Path(path_type=Path), help="The key that belongs to --cert."
)
@click.option(
    "--target-ca",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Trust these certificates when connecting to a wss:// target.",
)
@click.option("--insecure", is_flag=True, help="Do not verify the target's certificate.")
@click.option(
    "--secret", metavar="VALUE", multiple=True, help="Redact this value too; NAME=env:VAR takes it from VAR."
)
@click.option("--redact-name", metavar="NAME", multiple=True, help="Redact what stands under this name too.")
@click.option("--keep-name", metavar="NAME", multiple=True, help="Never redact because of this name.")
@click.option(
    "--no-redact", is_flag=True, help="Write secrets as they are. The cassette is then a secret itself."
)
@click.option("--keep-raw", is_flag=True, help="Keep the bytes of frames that can't be read; not redacted.")
@click.option(
    "--max-message", type=Size(), default=DEFAULT_BOUNDS.message, help="Keep this much of a message. [32M]"
)
@click.option(
    "--max-head", type=Size(), default=DEFAULT_BOUNDS.head, help="Read HTTP heads up to this size. [64k]"
)
@click.option(
    "--max-body", type=Size(), default=DEFAULT_BOUNDS.body, help="Keep HTTP bodies up to this size. [1M]"
)
@click.option("--max-connections", type=click.IntRange(1), default=10_000, show_default=True, help="At once.")
@click.option(
    "--handshake-timeout", type=Finite(0.1), default=60.0, help="Seconds for a request's head. [60]"
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND ...]")
def command(**options: Any) -> int:
    """Record live WebSocket sessions through a proxy.

    Clients connect to the proxy in place of the target; every byte goes through unchanged, and a
    decoded copy goes into the cassette, without secrets. Plain HTTP on the same port goes through
    too. With COMMAND, its words {url} and {http_url} become the proxy's address (and {ca} the file
    of a throw-away certificate), WSRECORD_URL, WSRECORD_HTTP_URL and WSRECORD_CA say the same, the
    recording ends with it, and its exit code is passed on.
    """
    from wsrecord.live.record import RecordOptions, record  # noqa: PLC0415 - keeps --help quick

    certificate, tls = own_tls(options)
    routes = _routes(options)
    out = options["out"] or Path("cassettes") / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}.wsr"
    if options["max_head"] < _LEAST_HEAD:
        raise UsageError(f"--max-head: no request fits into {options['max_head']} bytes; give at least 1k")
    for option in ("only", "skip"):
        for path in options[option]:
            if not path.startswith(("/", "*")):
                raise UsageError(f"--{option} {path!r}: a path begins with a slash, as in /{path}")
    with tempfile.TemporaryDirectory(prefix="wsrecord-") as folder:
        trust = None
        if certificate is not None:
            tls, trust = certificate.context(Path(folder))
        return record(
            RecordOptions(
                proxy=_proxy_options(options, routes, tls),
                plan=_plan(options, routes, out),
                path=routes.by_prefix[-1][1].path,
                command=_command(options, trust),
                certificate=trust,
            ),
            lambda text: click.echo(f"wsrecord: {text}", err=True),
        )


def own_tls(options: dict[str, Any]) -> tuple[Any, Any]:
    """Return what serves TLS: a throw-away certificate to be written, or a context."""
    from wsrecord.live.tls import own_context, throw_away  # noqa: PLC0415

    if options["cert"]:
        return None, own_context(options["cert"], options["key"])
    if options["key"]:
        raise UsageError("--key needs --cert")
    if options["tls"]:
        host, _, _ = address(options["listen"])
        return throw_away(["localhost", "127.0.0.1", "::1", *([host] if host else [])]), None
    return None, None


def _routes(options: dict[str, Any]) -> Routes:
    from wsrecord.live.tls import target_context  # noqa: PLC0415

    context = target_context(options["target_ca"], insecure=options["insecure"])
    routes: dict[str, Upstream] = {"/": parse_target(options["target"], context)}
    for text in options["route"]:
        prefix, equals, url = text.partition("=")
        if not equals or not prefix.startswith("/"):
            raise UsageError(f"--route {text!r}: write it like /api=http://localhost:8000")
        if prefix in routes:
            raise UsageError(
                f"--route {prefix} is given twice" if prefix != "/" else "--target is the route /"
            )
        routes[prefix] = parse_target(url, context)
    return Routes.of(routes)


def address(text: str | None) -> tuple[str, int, bool]:
    """Read HOST:PORT, :PORT, PORT or HOST; the last part says whether the port was asked for."""
    if not text:
        return "", 0, False
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = ("", text) if text.isascii() and text.isdigit() else (text, "")
    elif text.endswith("]"):
        host, port = text, ""
    if port and not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise UsageError(f"--listen {text!r}: {port!r} is not a port")
    return host.strip("[]"), int(port or 0), bool(port)


def _proxy_options(options: dict[str, Any], routes: Routes, tls: Any) -> Any:
    from wsrecord.live.proxy import Listen, ProxyOptions  # noqa: PLC0415

    host, port, fixed = address(options["listen"])
    if math.isnan(options["handshake_timeout"]):
        raise UsageError("--handshake-timeout nan: write a number of seconds")
    listen = Listen(host=host or "127.0.0.1", port=port if fixed else 9000, fixed=fixed, tls=tls)
    return ProxyOptions(
        listen=listen,
        routes=routes,
        bounds=Bounds(message=options["max_message"], head=options["max_head"], body=options["max_body"]),
        keep_host=options["keep_host"],
        keep_raw=options["keep_raw"],
        connections=options["max_connections"],
        handshake_timeout=options["handshake_timeout"],
    )


def _plan(options: dict[str, Any], routes: Routes, out: Path) -> Any:
    import os  # noqa: PLC0415

    from wsrecord.cassette.redaction.environment import environment_values, with_environment  # noqa: PLC0415
    from wsrecord.cassette.redaction.redactor import Redactor, Vault  # noqa: PLC0415
    from wsrecord.live.recorder import Choice, Plan  # noqa: PLC0415

    nonce = "" if options["no_redact"] else secrets.token_hex(6)
    values = with_environment(_secrets(options["secret"]), environment_values(os.environ))
    vault = Vault()

    def redactor() -> Redactor | None:
        if options["no_redact"]:
            return None
        return Redactor(
            nonce=nonce,
            values=values,
            extra_names=options["redact_name"],
            keep_names=options["keep_name"],
            vault=vault,
        )

    return Plan(
        out=out,
        targets={prefix: upstream.url for prefix, upstream in routes.by_prefix},
        nonce=nonce,
        redactor=redactor,
        named=options["out"] is not None,
        replace=options["force"],
        per_session=options["per_session"],
        choice=Choice(options["only"], options["skip"]),
    )


def _secrets(given: tuple[str, ...]) -> dict[str, str]:
    import os  # noqa: PLC0415

    from wsrecord.cassette.redaction.ordinary import MIN_LEARNED  # noqa: PLC0415

    values = {}
    for number, text in enumerate(given, 1):
        name, equals, variable = text.partition("=env:")
        if not equals:
            if len(text) < MIN_LEARNED:
                raise UsageError(
                    f"--secret number {number} has fewer than {MIN_LEARNED} characters, which are found "
                    "everywhere; name its field instead, with --redact-name"
                )
            values[f"secret{number}"] = text
        elif variable in os.environ:
            values[name] = os.environ[variable]
        else:
            raise UsageError(f"--secret {name}=env:{variable}: there is no environment variable {variable}")
    return values


def _command(options: dict[str, Any], trust: Path | None) -> Any:
    from wsrecord.live.command import Command  # noqa: PLC0415

    variable = options["env"]
    if not variable or "=" in variable:
        raise UsageError(f"--env {variable!r}: that is no name of an environment variable")
    ca = str(trust) if trust else ""
    return Command(options["command"], variable, ca) if options["command"] else None
