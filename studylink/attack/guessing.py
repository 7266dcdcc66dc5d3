"""An intruder who has every id, but not the key, and hashes them all to see what comes out."""

from typing import TypedDict

import duckdb

from studylink import databases
from studylink.manifest import Manifest

KINDS = {
    "participant_id": ("person", "record"),
    "family_id": ("family", "family of linked answers", "family of unlinked answers"),
}
"""The words by which one kind of pseudonym is distinguished from another.

`place_pseudonyms` has its own.
"""

SEPARATORS = ["", "/", ":", "|", "-", "_"]


class Guesses(TypedDict):
    """Counts, and the share of pseudonyms that come out again under the key that was set."""

    hashes_tried: int
    pseudonyms_guessed: int
    recomputed_with_the_key: float


def attack(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> Guesses:
    """Try to compute the pseudonyms of every research table from whatever identifies anybody.

    That is what has a pseudonym in the vault, and every value of every staging column of class
    `direct` or `key`.
    """
    published = [
        f"select {column} as pseudonym from {node.relation} where {column} is not null"
        for node in manifest.research_tables()
        for column, kind in node.classes().items()
        if kind == "pseudonym"
    ]
    people, places = (manifest.named(name).relation for name in ("pseudonyms", "place_pseudonyms"))
    keyed = [f"select study, kind, code as id from {places}"] + [
        f"select study, '{kind}', {column} from {people}"
        for column, kinds in KINDS.items()
        for kind in kinds
    ]
    identifying = [
        f"select {column}::varchar as value from {node.relation} where {column} is not null"
        for node in manifest.in_layer("staging")
        for column, kind in node.classes().items()
        if kind in ("direct", "key")
    ]
    return guesses(
        connection, *(" union ".join(queries) for queries in (published, keyed, identifying))
    )


def guesses(
    connection: duckdb.DuckDBPyConnection, pseudonyms: str, ids: str, values: str
) -> Guesses:
    """Try to compute pseudonyms from what they may stand for; each argument is a query.

    `pseudonyms` is one of `pseudonym`; `ids` of `study, kind, id`: what has a pseudonym, and the
    words by which the project tells one from another; `values` of `value`: whatever else
    identifies. Tried are MD5, SHA-1, SHA-256 and HMAC-SHA256 under the empty key, cut to 128 bits
    at either end, of an id as it is, in capitals and in small letters, alone or with its study, its
    kind or both before or after it. That this guesser would succeed if it could is shown by giving
    it the key that was set.
    """
    connection.execute(f"create or replace temp table pseudonyms as from ({pseudonyms})")
    connection.execute(f"create or replace temp table ids as from ({ids})")
    connection.execute(
        f"""
        create or replace temp table messages as
        with

        spelled as (
            select study, kind, unnest([id, upper(id), lower(id)]) as id
            from ids
        ),

        separators as (
            select unnest($separators::varchar[]) as separator
        ),

        salted as (
            select
                id,
                separator,
                unnest([study, kind, study || separator || kind, kind || separator || study])
                    as salt
            from spelled
            cross join separators
        )

        select unnest([salt || separator || id, id || separator || salt]) as message
        from salted
        union
        select id from spelled
        union
        select unnest([value, upper(value), lower(value)]) from ({values})
        """,
        {"separators": SEPARATORS},
    )
    without_key = _hmac("repeat('\\x36', 64)::blob", "repeat('\\x5C', 64)::blob", "message")
    connection.execute(
        f"""
        create or replace temp table hashes as
        select unnest([md5(message), sha1(message), sha256(message), {without_key}]) as hash
        from messages
        """
    )
    databases.set_pseudonym_key(connection)
    with_key = _hmac(
        "getvariable('hmac_ipad')", "getvariable('hmac_opad')", "study || '/' || kind || '/' || id"
    )
    tried, guessed, recomputed = connection.execute(
        f"""
        select
            (select count(*) from hashes),
            count(*) filter (
                lower(left(pseudonym, 32)) in (select left(hash, 32) from hashes)
                or lower(left(pseudonym, 32)) in (select right(hash, 32) from hashes)
            ),
            avg(if(pseudonym in (select left({with_key}, 32) from ids), 1, 0))
        from pseudonyms
        """
    ).fetchall()[0]
    return Guesses(
        hashes_tried=tried, pseudonyms_guessed=guessed, recomputed_with_the_key=recomputed or 0.0
    )


def _hmac(ipad: str, opad: str, message: str) -> str:
    """HMAC-SHA256 in SQL, in hexadecimal, from the two pads of its key (RFC 2104)."""
    return f"sha256({opad} || unhex(sha256({ipad} || encode({message}))))"
