"""TLS on both sides: contexts for the target, and own or throw-away certificates for clients."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from wsrecord.errors import UsageError


def target_context(ca: Path | None, *, insecure: bool) -> ssl.SSLContext:
    """Return what a secure target is reached with."""
    try:
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"--target-ca {ca}: not a file of PEM certificates ({error})") from None
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def own_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Return what clients are served with, from the user's own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"--cert {certificate} with --key {key or certificate}: {error}") from None
    return context


@dataclass(frozen=True, slots=True)
class ThrowAway:
    """A certificate of this run alone: clients have to be told to trust `pem`."""

    pem: bytes
    key: bytes

    def context(self, folder: Path) -> tuple[ssl.SSLContext, Path]:
        """Write the certificate where a client can be pointed to it; the key stays out of sight."""
        path = folder / "wsrecord-certificate.pem"
        key = folder / "key.pem"
        path.write_bytes(self.pem)
        key.touch(mode=0o600)
        key.write_bytes(self.key)
        try:
            return own_context(path, key), path
        finally:
            key.unlink()


def throw_away(hosts: list[str]) -> ThrowAway:
    """Make a self-signed certificate for these names and addresses, valid for a week."""
    try:
        from cryptography import x509  # noqa: PLC0415 - an extra; only --tls needs it
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "a throw-away certificate needs the package cryptography: pip install 'wsrecord[tls]', "
            "or bring your own with --cert and --key"
        ) from None
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wsrecord throw-away")])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = []
    for host in dict.fromkeys(hosts):
        try:
            names.append(x509.IPAddress(ip_address(host.strip("[]"))))
        except ValueError:
            try:
                names.append(x509.DNSName(host.encode("idna").decode()))
            except ValueError:
                raise UsageError(f"{host!r} can't be a name in a certificate") from None
    public = key.public_key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    return ThrowAway(
        certificate.public_bytes(encoding),
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
