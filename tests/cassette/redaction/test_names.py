"""Which names are a credential's."""

import pytest

from wsrecord.cassette.redaction.names import Strength, judge, judge_cookie, judge_parameter

STRONG = """password passwd pwd pass db_pass userPassword DB_PASSWORD PGPASSWORD new_password password2
password_hash passphrase api_key apiKey APIKEY x-api-key X-Goog-Api-Key openaiApiKey xi-api-key
api_key_prod secret client_secret clientSecret aws_secret_access_key SecretAccessKey access_token pw db_pw
accessToken refresh_token id_token authToken X-Auth-Token csrfToken X-CSRF-Token xsrf authorization
Proxy-Authorization privateKey private_key signing_key encryptionKey credential
Ocp-Apim-Subscription-Key AccountKey SharedAccessKey connectionString code_verifier otp
spring.datasource.password session_token webhook_secret npassword mnemonic secrets"""

WEAK = """token Token user_token resumeToken X-Vault-Token jwt auth bearer ticket authentication Cookie
Set-Cookie OPENAI_KEY stripe_key deploy_key ssh-key session_key signature X-Amz-Signature MY_OWN_KEY
device_token"""

FAIR = """credentials awsCredentials creds"""

NONE = """max_tokens total_tokens tokens tokenizer token_count token_type tokenType next_page_token
nextPageToken continuation_token eos_token bos_token pad_token progressToken cancellation_token
author authored oauth_url keyboard key keys primary_key sort_key foreign_key public_key publicKey
PUBLIC_KEY keyCode monkey passenger compass bypass passed password_required password_hint
has_password_since auth_type auth_url secret_name secretary api_key_id cookie_consent
Sec-WebSocket-Key Sec-WebSocket-Accept keep-alive session_id run_id sid state nonce csrfless hotkey
hot_key user_id"""


@pytest.mark.parametrize(
    ("name", "strength"),
    [
        (n, s)
        for text, s in (
            (STRONG, Strength.STRONG),
            (FAIR, Strength.FAIR),
            (WEAK, Strength.WEAK),
            (NONE, Strength.NONE),
        )
        for n in text.split()
    ],
)
def test_a_name_says(name: str, strength: Strength) -> None:
    assert judge(name) is strength


@pytest.mark.parametrize(
    "name", ["sid", "PHPSESSID", "JSESSIONID", "connect.sid", "__Host-session", "remember_me", "_csrf"]
)
def test_a_session_cookie_is_a_credential(name: str) -> None:
    assert judge_cookie(name) is Strength.STRONG


@pytest.mark.parametrize("name", ["theme", "lang", "consent", "tz", "side", "_ga"])
def test_a_preference_is_none(name: str) -> None:
    assert judge_cookie(name) is Strength.NONE


def test_a_parameter_may_say_what_a_key_does_not() -> None:
    assert judge_parameter("key") is Strength.WEAK
    assert judge_parameter("code") is Strength.WEAK
    assert judge_parameter("page") is Strength.NONE
