"""Encrypting to the public key of a supplier or project, in memory, with Sequoia's OpenPGP.

The library encrypts to a key that has expired or was revoked without a word, so that a key is
looked at here first: the certificate as a whole and each of its subkeys.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pysequoia import Cert, encrypt
from pysequoia.packet import Packet, PacketPile, SignatureType, Tag

FORMS = ("asc", "pgp")
"""Extensions of a key's file: ASCII-armoured and binary; either may hold either."""


class KeyRefused(Exception):
    """Nothing can be encrypted to a key; the message says why, where it is and what to do."""


def public_key(keys: Path, name: str, holder: str = "the supplier") -> Cert:
    """The public key of this name from a folder of keys, good for encrypting now.

    The key is its `holder`'s, as messages call them.

    Raises `KeyRefused` if there is none, or one to which nothing may be encrypted.
    """
    places = [keys / f"{name}.{form}" for form in FORMS]
    files = [place for place in places if place.is_file()]
    if not files:
        raise KeyRefused(
            f"no key of {name}: looked for {' and '.join(map(str, places))}. Put the OpenPGP "
            f"public key there that {holder} gave you."
        )
    if len(files) > 1:
        raise KeyRefused(f"{files[0]} and {files[1]} are both there: keep the one that is in use")
    return key_in(files[0], holder)


def encrypted(content: bytes, key: Cert) -> bytes:
    """`content` as a binary OpenPGP message that the holder of the key alone can read."""
    return encrypt(content, recipients=[key], armor=False)


def key_in(file: Path, holder: str) -> Cert:
    """The public key in this very file, good for encrypting now.

    The key is its `holder`'s, as messages call them.

    Raises `KeyRefused` if the file is not there, or holds none to which anything may be encrypted.
    """
    if not file.is_file():
        raise KeyRefused(f"there is no file {file}: put the public key of {holder} there")
    content = file.read_bytes()
    try:
        certificates = Cert.split_bytes(content)
        tags = [packet.tag for packet in PacketPile.from_bytes(content)]
    except RuntimeError:
        certificates = []
    if not certificates:
        raise KeyRefused(f"{file} is no OpenPGP key: put the public key of {holder} there")
    if Tag.SecretKey in tags or Tag.SecretSubkey in tags:
        raise KeyRefused(
            f"{file} holds a secret key, which nobody but {holder} may have: remove it, tell "
            f"{holder} that it was seen, and put a new public key there"
        )
    if len(certificates) > 1:
        raise KeyRefused(f"{file} holds {len(certificates)} keys: put one alone there")
    (key,) = certificates
    remedy = f"ask {holder} for a key that is in force"
    if key.is_revoked:
        raise KeyRefused(f"the key in {file} was revoked: {remedy}")
    if key.expiration and key.expiration <= datetime.now(UTC):
        raise KeyRefused(
            f"the key in {file} expired at {key.expiration:%Y-%m-%dT%H:%M:%SZ}: {remedy}"
        )
    key = _without_dead_subkeys(key)
    try:
        encrypted(b"", key)
    except RuntimeError:
        # the library's own message is a stack trace
        raise KeyRefused(
            f"the key in {file} cannot encrypt: no subkey for that, or none in force; {remedy}"
        ) from None
    return key


def _without_dead_subkeys(key: Cert) -> Cert:
    """The same certificate without the subkeys that have expired or were revoked."""
    groups: list[list[Packet]] = [[]]
    for packet in PacketPile.from_bytes(bytes(key)):
        if packet.tag == Tag.PublicSubkey:
            groups.append([])
        groups[-1].append(packet)
    whole, *subkeys = groups
    living = [subkey for subkey in subkeys if _is_in_force(subkey[0], subkey[1:])]
    return Cert.from_packets([*whole, *(packet for subkey in living for packet in subkey)])


def _is_in_force(subkey: Packet, signatures: Iterable[Packet]) -> bool:
    bindings: list[tuple[datetime, timedelta | None]] = []
    for signature in signatures:
        if signature.signature_type == SignatureType.SubkeyRevocation:
            return False
        made = signature.signature_created
        # a binding without a date binds nothing
        if made and signature.signature_type == SignatureType.SubkeyBinding:
            bindings.append((made, signature.key_validity_period))
    if not bindings:
        return False
    # of several the newest holds: a supplier may have prolonged it
    _, validity = max(bindings, key=lambda one: one[0])
    if not validity:
        return True
    return subkey.key_created is not None and subkey.key_created + validity > datetime.now(UTC)
