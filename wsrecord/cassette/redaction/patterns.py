"""What secrets look like by themselves, whatever their name: one row a format.

Each row names literals (lower case) of which one must occur: they go into the one automaton that
every message passes, and only at such a place is the row's expression tried. An expression starts
at most `back` bytes before the literal, is linear, and its group `s` (else all of it) is the secret.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """One format of secrets."""

    kind: str
    literals: tuple[str, ...]
    expression: re.Pattern[bytes]
    probe: re.Pattern[bytes]  # the same with bounds: a failed try must be cheap, or many are quadratic
    back: int = 0
    group: int = 0

    def match(self, text: bytes, at: int) -> re.Match[bytes] | None:
        """The secret at a place, if there is one."""
        return self.expression.match(text, at) if self.probe.match(text, at) else None


def _row(kind: str, literals: str | tuple[str, ...], expression: str, back: int = 0) -> Pattern:
    compiled = re.compile(expression.encode(), re.ASCII)
    probe = re.compile(_UNBOUNDED.sub(r"{\1,\g<1>9}", expression).encode(), re.ASCII)
    names = tuple(literals.split()) if isinstance(literals, str) else literals
    return Pattern(kind, names, compiled, probe, back, 1 if compiled.groups else 0)


_UNBOUNDED = re.compile(r"\{(\d+),\}\+")

# No letter or digit before, for prefixes that end words too ("task-…", "disk-…").
_B = r"(?<![A-Za-z0-9])"
_W = r"[A-Za-z0-9_\-]"
# What may stand after `Bearer` in a `WWW-Authenticate`: a question, not an answer.
_CHALLENGE = (
    r"(?:realm|scope|error|error_description|error_uri|authorization_uri|resource_metadata|trusted_issuers)"
)

PATTERNS: tuple[Pattern, ...] = (
    # signed and sealed things
    _row("jwt", "eyj", rf"{_B}eyJ{_W}{{6,}}+={{0,2}}+(?:\.[A-Za-z0-9_\-+/=]*+){{1,4}}"),
    _row(
        "private_key", "-----begin",
        r"-----BEGIN (?:[A-Z0-9]++ ){0,4}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\:,.()@<>_-]*+",
    ),
    _row("putty_key", "putty-user-key-file", r"PuTTY-User-Key-File-[^\"]*+"),
    _row("age_key", "age-secret-key-", r"AGE-SECRET-KEY-1[0-9A-Z]{20,}+"),
    # schemes of Authorization, wherever they stand
    _row("bearer", "bearer", rf"(?i:bearer)(?:\s|%20|\+|\\[tnr])++(?!{_CHALLENGE}=)"
         r"(?=[^\s\"',;]{0,64}[0-9A-Z._~+/=-])"
         r"([A-Za-z0-9._~+/=-]{16,}+)"),
    _row("basic", "basic", r"(?i:basic)(?:\s|%20|\+)++([A-Za-z0-9+/_-]{8,}+={0,2}+)"),
    _row("bot", ("bot ",),
         r"(?i:bot)\s++([MNO][A-Za-z0-9_-]{20,30}\.[A-Za-z0-9_-]{5,8}\.[A-Za-z0-9_-]{24,}+)"),
    _row("twitch", "oauth:", rf"{_B}oauth:((?=[a-z]{{0,64}}[0-9])[a-z0-9]{{20,}}+)"),
    _row("twitch", ("pass oauth:",), r"(?i:pass) oauth:([^\s\"'\\]{4,}+)"),
    # models
    _row("sk", "sk-", rf"{_B}sk-(?=[A-Za-z_-]{{0,64}}[0-9]){_W}{{16,}}+"),
    _row("huggingface", "hf_ api_org_", rf"{_B}(?:hf|api_org)_[A-Za-z0-9]{{20,}}+"),
    _row("groq", "gsk_", rf"{_B}gsk_[A-Za-z0-9]{{20,}}+"),
    _row("replicate", "r8_", rf"{_B}r8_[A-Za-z0-9]{{20,}}+"),
    _row("xai", "xai-", rf"{_B}xai-[A-Za-z0-9]{{20,}}+"),
    _row("perplexity", "pplx-", rf"{_B}pplx-[A-Za-z0-9]{{20,}}+"),
    _row("nvidia", "nvapi-", rf"{_B}nvapi-{_W}{{20,}}+"),
    _row("tavily", "tvly-", rf"{_B}tvly-{_W}{{16,}}+"),
    _row("fireworks", "fw_", rf"{_B}fw_[A-Za-z0-9]{{20,}}+"),
    _row("pinecone", "pcsk_", rf"{_B}pcsk_{_W}{{20,}}+"),
    _row("langsmith", "lsv2_", rf"{_B}lsv2_{_W}{{20,}}+"),
    _row("wandb", "wandb_v1_", rf"{_B}wandb_v1_{_W}{{20,}}+"),
    _row("bedrock", "absk", rf"{_B}ABSK[A-Za-z0-9+/=]{{40,}}+"),
    _row("bedrock", "bedrock-api-key-", rf"{_B}bedrock-api-key-[A-Za-z0-9+/=]{{16,}}+"),
    _row("vercel", "vck_ vca_ vcr_ vcp_ vci_", rf"{_B}vc[karpi]_{_W}{{20,}}+"),
    # clouds
    _row("aws_key_id", "akia asia abia acca a3t", rf"{_B}(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{{16}}"),
    _row("google", "aiza", rf"AIza{_W}{{30,}}+"),
    _row("google_oauth", "ya29. gocspx- 1//0", rf"{_B}(?:ya29\.|GOCSPX-|1//0)[A-Za-z0-9_\-.]{{16,}}+"),
    _row("google_oauth", "4/0a", rf"{_B}4/0A{_W}{{30,}}+"),
    _row("azure", "7q~ 8q~", r"(?<![A-Za-z0-9~_.-])[A-Za-z0-9_]{3}[78]Q~[A-Za-z0-9~_.-]{30,}+", 3),
    _row("azure", "accountkey= sharedaccesskey=",
         r"(?i:AccountKey|SharedAccessKey)=([A-Za-z0-9+/%]{20,}+={0,2}+)"),
    _row("azure_sas", "sig=", r"(?<=[?&;])sig=([A-Za-z0-9+/%_=-]{20,}+)", 1),
    _row("digitalocean", "dop_v1_ doo_v1_ dor_v1_", rf"{_B}do[por]_v1_[a-f0-9]{{32,}}+"),
    _row("alibaba", "ltai", rf"{_B}LTAI[A-Za-z0-9]{{12,}}+"),
    _row("tencent", "akid", rf"{_B}AKID[A-Za-z0-9]{{32}}"),
    _row("doppler", "dp.pt. dp.st. dp.ct. dp.sa.", rf"{_B}dp\.(?:pt|st|ct|sa)\.[A-Za-z0-9._-]{{20,}}+"),
    _row("terraform", ".atlasv1.", r"[A-Za-z0-9]{10,20}\.atlasv1\.[A-Za-z0-9_-]{40,}+", 20),
    _row("vault", "hvs. hvb. hvr.", rf"{_B}hv[sbr]\.{_W}{{20,}}+"),
    _row("pulumi", "pul-", rf"{_B}pul-[a-f0-9]{{32,}}+"),
    _row("fly", "fo1_ fm1_ fm2_ flyv1", rf"{_B}(?:f[om][12]_|FlyV1 fm[12]_)[A-Za-z0-9+/=_-]{{20,}}+"),
    _row("netlify", "nfp_ nfc_ nfo_", rf"{_B}nf[pco]_{_W}{{20,}}+"),
    _row("supabase", "sbp_ sb_secret_", rf"{_B}(?:sbp_|sb_secret_){_W}{{20,}}+"),
    _row("planetscale", "pscale_", rf"{_B}pscale_(?:tkn|pw|oauth|otkn)_[A-Za-z0-9._=-]{{20,}}+"),
    _row("databricks", "dapi", rf"{_B}dapi[a-f0-9]{{32}}(?:-\d)?"),
    _row("heroku", "hrku-", rf"{_B}HRKU-{_W}{{20,}}+"),
    # code and packages
    _row("github", "ghp_ gho_ ghu_ ghs_ ghr_", rf"{_B}gh[pousr]_[A-Za-z0-9_]{{20,}}+"),
    _row("github", "github_pat_", rf"{_B}github_pat_[A-Za-z0-9_]{{20,}}+"),
    _row(
        "gitlab",
        "glpat- gldt- glft- glsoat- glrt- glrtr- glcbt- glimt- glptt- glagent- gloas- glffct- gr1348941",
        rf"{_B}(?:gl(?:pat|dt|ft|soat|rtr?|cbt|imt|ptt|agent|oas|ffct)-|GR1348941)[A-Za-z0-9_.\-]{{16,}}+",
    ),
    _row("bitbucket", "atbb atctt3 atatt3", rf"{_B}(?:ATBB|ATCTT3|ATATT3)[A-Za-z0-9_=-]{{20,}}+"),
    _row("npm", "npm_", rf"{_B}npm_[A-Za-z0-9]{{30,}}+"),
    _row("npm", ":_authtoken=", r":_authToken=\s*+\"?([^\s\"']{8,}+)"),
    _row("pypi", "pypi-", rf"{_B}pypi-Ag{_W}{{30,}}+"),
    _row("rubygems", "rubygems_", rf"{_B}rubygems_[A-Za-z0-9]{{32,}}+"),
    _row("crates", "cio", rf"{_B}cio[A-Za-z0-9]{{32}}(?![A-Za-z0-9])"),
    _row("nuget", "oy2", rf"{_B}oy2[a-z0-9]{{43}}"),
    _row("docker", "dckr_pat_ dckr_oat_", rf"{_B}dckr_[po]at_{_W}{{20,}}+"),
    _row("artifactory", "akc cmvm", rf"{_B}(?:AKC[a-zA-Z0-9]{{10,}}+|cmVmd[A-Za-z0-9]{{40,}}+)"),
    _row("buildkite", "bkua_", rf"{_B}bkua_[A-Za-z0-9]{{20,}}+"),
    _row("sourcegraph", "sgp_", rf"{_B}sgp_[A-Za-z0-9_]{{20,}}+"),
    _row("sonar", "sqp_ sqa_ squ_", rf"{_B}sq[pau]_[a-f0-9]{{40}}"),
    # people and payment
    _row("slack", "xoxb- xoxp- xoxa- xoxr- xoxs- xoxo- xoxe xapp- xoxc- xoxd-",
         r"(?:xox[abeoprscd](?:\.xox[bp])?|xapp)-[A-Za-z0-9%./+=-]{8,}+"),
    _row("webhook", "hooks.slack.com",
         r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/-]{10,}+)"),
    _row("webhook", "/api/webhooks/", rf"/api/webhooks/([0-9]{{10,}}+/{_W}{{20,}}+)"),
    _row("webhook", "webhook.office.com", r"webhook\.office\.com/webhookb2/([A-Za-z0-9@/_-]{30,}+)"),
    _row("webhook", "hooks.zapier.com", r"hooks\.zapier\.com/hooks/catch/([0-9]++/[A-Za-z0-9]++)"),
    _row("webhook", "chat.googleapis.com",
         r"chat\.googleapis\.com/v1/spaces/[\w-]++/messages\?([^\s\"'<>]{20,}+)"),
    _row("stripe", "sk_live_ rk_live_ sk_test_ rk_test_ whsec_ sk_org_ sk_prod_ rk_prod_",
         r"(?:[sr]k_(?:live|test|prod|org)|whsec)_[A-Za-z0-9+/=_]{10,}+"),
    _row("square", "sq0csp- sq0atp- sq0idp-",
         rf"{_B}sq0(?:csp|atp|idp)-{_W}{{20,}}+"),
    _row("shopify", "shpat_ shpca_ shppa_ shpss_ shpua_", rf"{_B}shp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{{20,}}+"),
    _row("sendgrid", "sg.", rf"{_B}SG\.{_W}{{16,}}+\.{_W}{{16,}}+"),
    _row("twilio", " ".join(f"sk{h}" for h in "0123456789abcdef"), rf"{_B}SK[a-f0-9]{{32}}(?![A-Za-z0-9])"),
    _row("mailgun", "key-", rf"{_B}key-[a-f0-9]{{32}}(?![A-Za-z0-9])"),
    _row("mailchimp", " ".join(f"-us{d}" for d in "123456789"), rf"{_B}[0-9a-f]{{32}}-us[0-9]{{1,2}}", 32),
    _row("brevo", "xkeysib- xsmtpsib-", rf"{_B}x(?:keysib|smtpsib)-[a-f0-9]{{40,}}+-[A-Za-z0-9]{{10,}}+"),
    _row("telegram", ":aa", rf"{_B}[0-9]{{6,12}}:AA{_W}{{30,}}+", 13),
    _row("new_relic", "nrak- nraa- nrii- nriq- nrjs-", rf"{_B}NR(?:AK|AA|II|IQ|JS)-{_W}{{16,}}+"),
    _row("grafana", "glsa_ glc_", rf"{_B}gl(?:sa|c)_[A-Za-z0-9_+/=]{{20,}}+"),
    _row("linear", "lin_api_ lin_oauth_", rf"{_B}lin_(?:api|oauth)_[A-Za-z0-9]{{20,}}+"),
    _row("notion", "secret_ ntn_", rf"{_B}(?:secret_[A-Za-z0-9]{{40,}}+|ntn_[A-Za-z0-9]{{30,}}+)"),
    _row("sentry", "sntrys_ sntryu_", rf"{_B}sntry[su]_[A-Za-z0-9+/=_-]{{32,}}+"),
    _row("airtable", "pat", rf"{_B}pat[A-Za-z0-9]{{14}}\.[a-f0-9]{{64}}"),
    _row("postman", "pmak-", rf"{_B}PMAK-[a-f0-9]{{20,}}+-[a-f0-9]{{20,}}+"),
    _row("figma", "figd_ figu_", rf"{_B}fig[du]_{_W}{{20,}}+"),
    _row("dropbox", "sl.", rf"{_B}sl\.(?:u\.)?[A-Za-z0-9_-]{{60,}}+"),
    _row("facebook", "eaa", rf"{_B}EAA[A-Za-z0-9_-]{{57,}}+"),
    _row("razorpay", "rzp_live_ rzp_test_", rf"{_B}rzp_(?:live|test)_[A-Za-z0-9]{{14,}}+"),
    _row("discord_mfa", "mfa.", rf"{_B}mfa\.{_W}{{60,}}+"),
    _row("onepassword", "ops_eyj", rf"{_B}ops_eyJ{_W}{{60,}}+"),
    _row("tailscale", "tskey-", rf"{_B}tskey-[a-z]++-[A-Za-z0-9-]{{12,}}+"),
    _row("asana", "1/1 0/1", rf"{_B}[01]/1[0-9]{{14,16}}:[a-f0-9]{{32}}"),
    _row("clickhouse", "4b1d", rf"{_B}4b1d[A-Za-z0-9]{{38}}(?![A-Za-z0-9])"),
    _row("contentful", "cfpat-", rf"{_B}CFPAT-{_W}{{20,}}+"),
    _row("dynatrace", "dt0c01. dt0s01.", rf"{_B}dt0[cs]01\.[A-Z0-9]{{20,}}+\.[A-Z0-9]{{40,}}+"),
    # addresses: user:password@, and a long opaque user alone
    _row("userinfo", "://", r"://[^\s/?#\"'<>\\@:{}|^`]{0,256}+:([^\s/?#\"'<>\\@{}|^`]{1,512}+)@"),
    _row("userinfo", "://", r"://(?=[^/@]{0,60}[0-9])([A-Za-z0-9_\-.~%]{16,512}+):?@"),
)  # fmt: skip

# Formats without a literal of their own: looked for where time allows (heads, bodies, notes, errors).
SLOW: tuple[Pattern, ...] = (
    _row(
        "discord",
        "",
        rf"{_B}[MNO][A-Za-z\d_-]{{23,27}}\.[A-Za-z\d_-]{{6}}\.[A-Za-z\d_-]{{27,40}}(?![A-Za-z\d_.-])",
    ),
    _row("twilio", "", rf"{_B}AC[a-f0-9]{{32}}(?![A-Za-z0-9])"),
    _row("artifactory", "", r"(?<![A-Za-z0-9_-])AP[0-9A-F][A-Za-z0-9]{20,}+(?![A-Za-z0-9_-])"),
)
