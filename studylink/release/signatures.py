"""Two people sign a release: each the holder of an OpenPGP key whose public half is known.

A person signs with a secret key file of their own. The signature is verified at once against the
public keys in `keys/people` under `STUDY_DATA`, so that a typed name proves nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pysequoia import Cert, Sig, SignatureMode, Tsk, sign, verify
from pysequoia.packet import PacketPile, Tag

FORMS = (".asc", ".pgp")


class SignatureRefused(Exception):
    """A signature cannot be made, or does not count; the message says why and what to do."""


def people(keys: Path) -> dict[str, tuple[str, Cert]]:
    """The name and public key of everyone who may release, by fingerprint.

    A person's name is that of the key's file. Raises `SignatureRefused` where a file is no public
    key, or two hold the same.
    """
    found: dict[str, tuple[str, Cert]] = {}
    for file in sorted(keys.glob("*")):
        if file.suffix not in FORMS:
            continue
        try:
            (key,) = Cert.split_bytes(file.read_bytes())
            tags = [packet.tag for packet in PacketPile.from_bytes(file.read_bytes())]
        except (RuntimeError, ValueError):
            raise SignatureRefused(f"{file} does not hold one OpenPGP key") from None
        if Tag.SecretKey in tags or Tag.SecretSubkey in tags:
            raise SignatureRefused(
                f"{file} holds a secret key, which nobody but its owner may have: remove it, and "
                "put the public key of a new pair there"
            )
        if key.fingerprint in found:
            raise SignatureRefused(
                f"{file} holds the key of {found[key.fingerprint][0]}: one key is one person's"
            )
        found[key.fingerprint] = (file.stem, key)
    return found


def are_of_one(keys: Path, *fingerprints: str) -> bool:
    """Whether two keys in `keys` bear one user id, and so are one person's."""
    one, other = (
        {str(user_id) for user_id in people(keys)[fingerprint][1].user_ids}
        for fingerprint in fingerprints
    )
    return bool(one & other)


def signed(statement: bytes, secret_key: Path, passphrase: str | None) -> bytes:
    """A detached signature of `statement`, in ASCII armour.

    Raises `SignatureRefused` where the file holds no secret key that the passphrase opens.
    """
    try:
        return sign(
            Tsk.from_bytes(secret_key.read_bytes()).signer(passphrase),
            statement,
            mode=SignatureMode.DETACHED,
        )
    except (OSError, RuntimeError):
        # the library's own message is a stack trace
        raise SignatureRefused(
            f"{secret_key} does not sign: it holds no secret key for signing, or the passphrase is "
            "another"
        ) from None


def signer(statement: bytes, signature: bytes, keys: Path) -> tuple[str, str]:
    """The name and the fingerprint of the person who signed `statement`.

    Raises `SignatureRefused` unless it is signed by a key in `keys` that is in force.
    """
    known = people(keys)

    def certificates(_: Sequence[str]) -> list[Cert]:
        return [key for _, key in known.values()]

    try:
        valid = verify(
            bytes=statement, store=certificates, signature=Sig.from_bytes(signature)
        ).valid_sigs
    except RuntimeError:
        valid = []
    fingerprints = {one.certificate for one in valid} & set(known)
    if len(fingerprints) != 1:
        raise SignatureRefused(
            f"it is not signed by anybody whose key is in {keys}, or what was signed has changed "
            "since: put the person's public key there as <name>.asc"
        )
    (fingerprint,) = fingerprints
    name, key = known[fingerprint]
    if key.is_revoked:
        raise SignatureRefused(f"the key of {name} was revoked")
    if key.expiration and key.expiration <= datetime.now(UTC):
        raise SignatureRefused(f"the key of {name} has expired")
    return name, fingerprint
