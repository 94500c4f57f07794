"""Which names are those of credentials: keys, headers, query parameters, cookies, environment variables.

A name is split into words (`openaiApiKey`, `x-api-key`, `DB_PASSWORD`), words that only qualify
(`_v2`, `_value`, `_prod`) are dropped from its end, and its last words decide. `token_count` and
`password_hint` are thereby no credentials, `client_secret` is.
"""

import re
from collections.abc import Callable, Collection, Iterable
from enum import IntEnum

NAME_BYTES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$"
NAME_LIMIT = 64


class Strength(IntEnum):
    """How much a name says about its value."""

    NONE = 0
    WEAK = 1  # a secret from 16 characters without spaces: `token`
    FAIR = 2  # in JSON also a shorter one that doesn't read as words: `credentials`
    STRONG = 3  # a secret at any length: `password`


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for tables that read as prose."""
    return frozenset(text.split())


# What must occur, in lower case, in every name that can be a credential's.
STEMS = (
    "pass", "pwd", "secret", "token", "auth", "key", "cred", "cookie", "jwt", "bearer", "csrf", "xsrf", "otp",
    "connection_str", "connectionstr", "connection-str", "conn_str", "connstr", "samlresponse", "assertion",
    "code_verifier", "codeverifier", "mnemonic", "seed_phrase", "seedphrase", "ticket", "sig=", "signature",
    "pw\"", "pw'", "pw\\", "pw=",
)  # fmt: skip

_STRONG_LAST = word_set(
    "password passwd passwort passphrase passcode pass pwd pw secret secrets credential apikey authorization "
    "csrf xsrf otp totp mnemonic samlresponse authkey"
)
# The end of a name without its separators; what stands before (x-, my, vendor) does not matter.
_STRONG_END = tuple(
    sorted(
        word_set(
            "secret "
            "password passwd passphrase apikey apikeys apisecret apitoken secretkey accesskey privatekey "
            "clientsecret appsecret accesstoken refreshtoken idtoken authtoken sessiontoken bearertoken "
            "securitytoken csrftoken xsrftoken bottoken clienttoken servicetoken apppass dbpass "
            "authenticitytoken verificationtoken signingkey signingsecret encryptionkey masterkey accountkey "
            "storagekey sharedkey subscriptionkey hmackey authorization connectionstring connstr "
            "connectionstr codeverifier "
            "clientassertion seedphrase secretaccesskey recoverycode onetimepassword personalaccesstoken "
            "privatetoken jobtoken deploytoken webhooksecret authcode authorizationcode"
        )
    )
)
_WEAK_LAST = word_set("token jwt auth authentication bearer ticket cookie cookies setcookie sig signature")
_FAIR_LAST = word_set("credentials creds")
# `…_key` is a credential's only after one of these words; `primary_key` and `sort_key` are none.
_KEY_WORDS = word_set(
    "api app access private secret signing sign encryption encrypt crypto account admin auth service "
    "server subscription master shared storage consumer deploy ssh hmac session webhook license write "
    "read project team user client openai anthropic claude gemini google gcp azure aws stripe sendgrid "
    "twilio mapbox deepgram elevenlabs cohere mistral groq replicate huggingface hf pinecone supabase "
    "firebase datadog dd algolia openrouter together perplexity tavily serper fireworks cerebras xai "
    "deepseek langfuse langsmith iam cloud cos ibm softlayer cloudant artifactory square slack github "
    "gitlab npm pypi discord telegram mailchimp mailgun shopify paypal rapidapi alchemy infura maps bot jwt "
    "token cookie aes decryption decrypt root vault wallet recovery instrumentation ingest ingestion "
    "integration function functions resume reconnect stream pairing magic invite device"
)
# `next_page_token` moves through pages, `eos_token` is a model's, `progressToken` is MCP's counter.
_PLAIN_TOKENS = word_set(
    "next page prev previous continuation continue sync change scroll cursor paging pagination skip start "
    "end stop first last eos bos pad unk sep mask cls special prompt completion per input output new "
    "total max min progress cancel cancellation idempotency delta by each every one this that"
)
_PUBLIC = frozenset(("gpg", "pgp", "public", "pub", "host", "primary", "foreign", "sort", "partition"))
_QUALIFIERS = word_set(
    "value raw plain plaintext text string str hash hashed digest b64 base64 encoded encrypted header new "
    "old current confirm confirmation again repeat verify verification prod production dev test testing "
    "live staging default primary secondary env param field input hex"
)
_SESSION_COOKIES = word_set(
    "sid sess session sessionid phpsessid jsessionid aspsessionid sessid connect remember rememberme csrf "
    "xsrf auth authn token jwt bearer login logged identity user_session ticket asp"
)

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words(name: str) -> list[str]:
    """The words of a name, in lower case: `openaiApiKey2` gives openai, api, key, 2."""
    return [w.lower() for w in _WORDS.findall(name)]


def flat(name: str) -> str:
    """A name without case and separators: how `keep` and `extra` names are compared."""
    return "".join(words(name))


def _without_qualifiers(parts: list[str]) -> list[str]:
    while len(parts) > 1 and (parts[-1].isdigit() or parts[-1] in _QUALIFIERS or len(parts[-1]) == 1):
        parts = parts[:-1]
    return parts


def judge(name: str) -> Strength:
    """What a name says about its value, wherever the name stands."""
    every = words(name)
    parts = _without_qualifiers(every)
    if not parts:
        return Strength.NONE
    last = parts[-1]
    before = parts[-2] if len(parts) > 1 else ""
    joined = "".join(parts)
    if last == "token" and before in _PLAIN_TOKENS:
        return Strength.NONE
    if joined.startswith("secwebsocket") or joined in ("publickey", "keepalive"):
        return Strength.NONE
    if last in _STRONG_LAST or joined.endswith(_STRONG_END) or every[-2:] == ["connection", "string"]:
        return Strength.STRONG
    if last in _FAIR_LAST:
        return Strength.FAIR
    if last in _WEAK_LAST or joined.endswith(("token", "jwt", "setcookie")):
        return Strength.WEAK
    if last in ("key", "keys") and before:
        shouted = name.isupper() and not _PUBLIC.intersection(parts)  # SOME_SERVICE_KEY=…
        return Strength.WEAK if shouted or before in _KEY_WORDS else Strength.NONE
    return Strength.NONE


def judge_parameter(name: str) -> Strength:
    """A query or form parameter: some names mean a credential there and nowhere else."""
    found = judge(name)
    if found is Strength.NONE and flat(name) in (
        "key",
        "code",
        "hmac",
        "k",
        "t",
        "jws",
        "assertion",
        "appid",
    ):
        return Strength.WEAK
    return found


def judge_cookie(name: str) -> Strength:
    """A cookie: session ids are credentials too."""
    found = judge(name)
    if found is not Strength.NONE:
        return Strength.STRONG
    parts = words(name)
    if _SESSION_COOKIES.intersection(parts) or "".join(parts).endswith(
        ("sessionid", "sessid", "sid", "session")
    ):
        return Strength.STRONG
    return Strength.NONE


def is_cookies(name: str) -> bool:
    """A name whose value is a whole cookie string: `Cookie`, `set-cookie`, `cookieHeader`."""
    parts = _without_qualifiers(words(name))
    return bool(parts) and parts[-1].endswith(("cookie", "cookies"))


def judge_variable(name: str) -> Strength:
    """An environment variable: any `…_KEY` may be one, except those that are public by nature."""
    return judge(name.upper())


class Names:
    """The judgement with the user's own names added and taken away; remembers what it judged."""

    def __init__(
        self, extra: Collection[str] = (), keep: Collection[str] = (), *, placeholder: bytes = b"\0"
    ) -> None:
        self._placeholder = placeholder  # how a placeholder begins: it ends like a name, but is none
        self._extra = frozenset(flat(n) for n in extra)
        self._keep = frozenset(flat(n) for n in keep)
        self._seen: dict[bytes, Strength] = {}
        self.stems = tuple(sorted(_spellings(extra)))

    def judge(self, name: bytes) -> Strength:
        """What a key or any other name says."""
        found = self._seen.get(name)
        if found is None:
            if len(self._seen) > 20_000:
                self._seen.clear()
            found = self._seen[name] = self._decide(name, judge)
        return found

    def judge_parameter(self, name: bytes) -> Strength:
        """What a query or form parameter's name says."""
        return self._decide(name, judge_parameter)

    def judge_cookie(self, name: bytes) -> Strength:
        """What a cookie's name says."""
        return self._decide(name, judge_cookie)

    def _decide(self, name: bytes, how: Callable[[str], Strength]) -> Strength:
        if self._placeholder in name:
            return Strength.NONE
        if len(name) > NAME_LIMIT:
            name = name[-NAME_LIMIT:]
        text = name.decode("ascii", "replace")
        if self._extra or self._keep:
            key = flat(text)
            if key in self._keep:
                return Strength.NONE
            if key in self._extra:
                return Strength.STRONG
        return how(text)


def _spellings(names: Iterable[str]) -> set[str]:
    """How an extra name may be written, for the first look at a message."""
    found = set()
    for name in names:
        parts = words(name)
        found |= {name.lower(), *(joint.join(parts) for joint in ("", "_", "-", ".", " "))}
    return {n for n in found if n}
