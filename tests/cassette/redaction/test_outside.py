"""Another program's judgement: detect-secrets looks at what we write, and its own secrets are gone."""

import json

import pytest
from cassette.redaction.planted import PLANTED, Planted, b64, b64url
from cassette.redaction.rig import everything, left, redacted, redactor, request
from detect_secrets.plugins import (
    artifactory,
    aws,
    azure_storage_key,
    basic_auth,
    cloudant,
    discord,
    github_token,
    gitlab_token,
    ibm_cloud_iam,
    ibm_cos_hmac,
    jwt,
    mailchimp,
    npm,
    openai,
    private_key,
    pypi_token,
    sendgrid,
    slack,
    softlayer,
    square_oauth,
    stripe,
    telegram_token,
    twilio,
)
from detect_secrets.plugins.base import RegexBasedDetector

DETECTORS: list[RegexBasedDetector] = [
    artifactory.ArtifactoryDetector(),
    aws.AWSKeyDetector(),
    azure_storage_key.AzureStorageKeyDetector(),
    basic_auth.BasicAuthDetector(),
    cloudant.CloudantDetector(),
    discord.DiscordBotTokenDetector(),
    github_token.GitHubTokenDetector(),
    gitlab_token.GitLabTokenDetector(),
    ibm_cloud_iam.IbmCloudIamDetector(),
    ibm_cos_hmac.IbmCosHmacDetector(),
    jwt.JwtTokenDetector(),
    mailchimp.MailchimpDetector(),
    npm.NpmDetector(),
    openai.OpenAIDetector(),
    private_key.PrivateKeyDetector(),
    pypi_token.PypiTokenDetector(),
    sendgrid.SendGridDetector(),
    slack.SlackDetector(),
    softlayer.SoftlayerDetector(),
    square_oauth.SquareOAuthDetector(),
    stripe.StripeDetector(),
    telegram_token.TelegramBotTokenDetector(),
    twilio.TwilioKeyDetector(),
]

HEX = "0123456789abcdef"
ALNUM = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"

# What each detector knows, in the form in which it is met: (detector, text, secret).
KNOWN: list[tuple[str, str, str]] = [
    ("Artifactory Credentials", '"AK' + "C5p" + ALNUM[:20] + '"', "AK" + "C5p" + ALNUM[:20]),
    ("AWS Access Key", "AK" + "IA" + "QWERTYUIOPASDFGH", "AK" + "IA" + "QWERTYUIOPASDFGH"),
    ("AWS Access Key", 'aws_secret_key = "' + ALNUM[:40] + '"', ALNUM[:40]),
    ("Azure Storage Account access key", "AccountKey=" + ALNUM[:43] * 2 + "==", ALNUM[:43] * 2 + "=="),
    ("Basic Auth Credentials", "https://bob:pa55-w0rd@db.example/", "pa55-w0rd"),
    ("Cloudant Credentials", "cloudant_password = " + HEX * 4, HEX * 4),
    ("Cloudant Credentials", f"https://acc:{HEX * 4}@acc.cloudant.com", HEX * 4),
    (
        "Discord Bot Token",
        "token=MT" + ALNUM[:22] + "." + "Cl2FMQ." + ALNUM[:27],
        "MT" + ALNUM[:22] + "." + "Cl2FMQ." + ALNUM[:27],
    ),
    ("GitHub Token", "gh" + "o_" + ALNUM[:36], "gh" + "o_" + ALNUM[:36]),
    ("GitLab Token", "gl" + "dt-" + ALNUM[:20], "gl" + "dt-" + ALNUM[:20]),
    ("GitLab Token", "gl" + "cbt-" + "12_" + ALNUM[:20], "gl" + "cbt-" + "12_" + ALNUM[:20]),
    ("GitLab Token", "GR134" + "8941" + ALNUM[:20], "GR134" + "8941" + ALNUM[:20]),
    ("GitLab Token", "gl" + "oas-" + (ALNUM * 2)[:64], "gl" + "oas-" + (ALNUM * 2)[:64]),
    ("IBM Cloud IAM Key", "ibm_cloud_iam_key = " + ALNUM[:44], ALNUM[:44]),
    ("IBM COS HMAC Credentials", "cos_hmac_secret_access_key=" + HEX * 3, HEX * 3),
    ("JSON Web Token", ".".join([b64url('{"alg":"HS256"}'), b64url('{"a":1}'), ALNUM[:43]]), ALNUM[:43]),
    ("Mailchimp Access Key", HEX * 2 + "-us" + "14", HEX * 2 + "-us" + "14"),
    ("NPM tokens", "//registry.npmjs.org/:_authToken=np" + "m_" + ALNUM[:30], "np" + "m_" + ALNUM[:30]),
    (
        "OpenAI Token",
        "s" + "k-" + ALNUM[:20] + "T3Blbk" + "FJ" + ALNUM[:20],
        "s" + "k-" + ALNUM[:20] + "T3Blbk" + "FJ" + ALNUM[:20],
    ),
    (
        "Private Key",
        "-----BEGIN EC " + "PRIVATE KEY-----\n" + ALNUM + "\n-----END EC " + "PRIVATE KEY-----",
        ALNUM,
    ),
    ("PyPI Token", "py" + "pi-AgEIcHlwaS5vcmc" + ALNUM * 2, "py" + "pi-AgEIcHlwaS5vcmc" + ALNUM * 2),
    (
        "SendGrid API Key",
        "S" + "G." + ALNUM[:22] + "." + ALNUM[:43],
        "S" + "G." + ALNUM[:22] + "." + ALNUM[:43],
    ),
    ("Slack Token", "xo" + "xb-34532454-e039d02840a0b9379c", "xo" + "xb-34532454-e039d02840a0b9379c"),
    ("Slack Token", "https://hooks.slack" + ".com/services/Taaaaaaaa/Baaaaaaaa/" + ALNUM[:24], ALNUM[:24]),
    ("SoftLayer Credentials", "softlayer_password = " + HEX * 4, HEX * 4),
    ("Square OAuth Secret", "sq0" + "csp-" + ALNUM[:43], "sq0" + "csp-" + ALNUM[:43]),
    ("Stripe Access Key", "r" + "k_live_" + ALNUM[:24], "r" + "k_live_" + ALNUM[:24]),
    (
        "Telegram Bot Token",
        "110201543:A" + "AHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX",
        "110201543:A" + "AHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX",
    ),
    ("Twilio API Key", "S" + "K" + HEX * 2, "S" + "K" + HEX * 2),
]


def judged(text: str) -> list[str]:
    """What detect-secrets sees in a text, our placeholders aside."""
    return [
        f"{detector.secret_type}: {found}"
        for detector in DETECTORS
        for line in text.splitlines()
        for found in detector.analyze_string(line)
        if "wsr-" not in str(found)
    ]


@pytest.mark.parametrize(("detector", "text", "secret"), KNOWN, ids=lambda v: v[:24])
def test_what_detect_secrets_knows_is_gone(detector: str, text: str, secret: str) -> None:
    for payload in (
        text,
        json.dumps({"type": "delta", "text": f"a {text} b"}),
        json.dumps({"q": json.dumps([text])}),
    ):
        red = redactor()
        messages = red.messages([(1, payload.encode())])
        assert left(messages[0][1], secret) == [], messages
        asked = red.request(request(headers=(("X-Note", text.replace("\n", " ")),), body=payload.encode()))
        assert left(everything([asked], []), secret) == []


def test_every_detector_has_an_example_that_it_sees() -> None:
    assert {d.secret_type for d in DETECTORS} == {detector for detector, _, _ in KNOWN}
    for detector, text, _ in KNOWN:
        assert any(line.startswith(detector) for line in judged(text)), detector


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.id)
def test_detect_secrets_finds_nothing_in_what_is_written(planted: Planted) -> None:
    records, messages = redacted(planted, redactor())
    assert judged(everything(records, messages).decode("utf-8", "replace")) == []


def test_basic_credentials_are_gone_in_base64_too() -> None:
    red = redactor()
    payload = json.dumps({"h": "Basic " + b64("bob:correct-9-horse")}).encode()
    assert left(red.messages([(1, payload)])[0][1], "correct-9-horse", b64("bob:correct-9-horse")) == []
