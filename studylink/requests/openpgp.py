"""Encrypting to a supplier's public key, in memory, with Sequoia's OpenPGP.

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


def supplier_key(keys: Path, supplier: str) -> Cert:
    """The public key of a supplier from the folder of keys, good for encrypting now.

    Raises `KeyRefused` if there is none, or one to which nothing may be encrypted.
    """
    places = [keys / f"{supplier}.{form}" for form in FORMS]
    files = [place for place in places if place.is_file()]
    if not files:
        raise KeyRefused(
            f"no key of {supplier}: looked for {' and '.join(map(str, places))}. Put the OpenPGP "
            "public key there that the supplier gave you."
        )
    if len(files) > 1:
        raise KeyRefused(f"{files[0]} and {files[1]} are both there: keep the one that is in use")
    return _checked(files[0])


def encrypted(content: bytes, key: Cert) -> bytes:
    """`content` as a binary OpenPGP message that the holder of the key alone can read."""
    return encrypt(content, recipients=[key], armor=False)


def _checked(file: Path) -> Cert:
    content = file.read_bytes()
    try:
        certificates = Cert.split_bytes(content)
        tags = [packet.tag for packet in PacketPile.from_bytes(content)]
    except RuntimeError:
        certificates = []
    if not certificates:
        raise KeyRefused(f"{file} is no OpenPGP key: put the supplier's public key there")
    if Tag.SecretKey in tags or Tag.SecretSubkey in tags:
        raise KeyRefused(
            f"{file} holds a secret key, which nobody but the supplier may have: remove it, tell "
            "the supplier that it was seen, and put a new public key there"
        )
    if len(certificates) > 1:
        raise KeyRefused(f"{file} holds {len(certificates)} keys: put the supplier's alone there")
    (key,) = certificates
    remedy = "ask the supplier for a key that is in force"
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
