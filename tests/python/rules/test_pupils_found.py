"""Children are found in the register by likelihood, and what a clerk decides holds.

One landing of somebody else's, with everything in it that is easily taken for something else, is
built as far as the vault's worklist for clerks.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from studylink import databases
from tests.python.lib.project import built_as_far_as, plain
from tests.python.lib.worlds import FIVE, SEND, World, landing_of, write

AS_OF = "2024-12-01T12:00:00Z"
FIRST_NAMES = [
    *("Amelia", "Noah", "Harriet", "Oscar", "Priya"),
    *(
        "Callum",
        "Zainab",
        "Rhys",
        "Imogen",
        "Dylan",
    ),
]
LAST_NAMES = [
    *("Abbott", "Okafor", "Lindqvist", "Pemberton", "Rahman"),
    *(
        "Whitlock",
        "Nowak",
        "Ferreira",
        "Dunne",
        "Yates",
    ),
]
TOWNS = ["Leeds", "Truro", "Kendal", "Margate", "Oldham"]

Found = Callable[[str], set[tuple]]


class Register(World):
    """Children of SEND Futures and pupils, each an invented person of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    def somebody(self) -> dict[str, str]:
        """A person who shares a name, a town or a birthday with others, and never all of them."""
        self.number += 1
        return {
            "first_name": FIRST_NAMES[self.number % 10],
            "last_name": LAST_NAMES[self.number // 10 % 10],
            "date_of_birth": f"2012-{self.number % 12 + 1:02}-{self.number % 28 + 1:02}",
            "address_line_1": f"{self.number} Mill Lane",
            "town": TOWNS[self.number % 5],
            "postcode": f"AB{self.number % 9 + 1} {self.number % 7 + 1}CD",
        }

    def child(self, name: str, permits: bool = True, **values: str | None) -> dict:
        """A child of SEND Futures and their mother, who says yes to education."""
        row = self.add_participant(
            SEND,
            name,
            **{"family_id": name, "role": "child", **self.somebody(), **values},
        )
        mother = f"mother of {name}"
        self.add_participant(SEND, mother, family_id=name, role="mother")
        if permits:
            self.add_permission(
                SEND,
                given_by=mother,
                records_of=name,
                domain="education",
                answers_of="child",
                answer="yes",
                answered_at="2024-01-01T12:00:00Z",
            )
        return row

    def stranger(self, reference: str, **values: str | None) -> None:
        """A pupil who is nobody's."""
        person = {**self.somebody(), **values}
        person["forename"], person["surname"] = person.pop("first_name"), person.pop("last_name")
        self.add("dfe/pupils", pupil_matching_ref=reference, **person)

    def asks(self, name: str, request_type: str) -> None:
        """The child's mother asks for something about the child."""
        self.add_request(
            SEND,
            made_by=f"mother of {name}",
            about=name,
            scope="person",
            domain="all",
            request_type=request_type,
            received_at="2024-06-01T12:00:00Z",
        )

    def decide(self, name: str, reference: str, decision: str, day: str = "2024-07-01") -> None:
        """A clerk decides about a child and a pupil."""
        self.add(
            f"surveys/{SEND}/clerical_decisions",
            study=SEND,
            participant_id=name,
            pupil_matching_ref=reference,
            decision=decision,
            decided_by="clerk",
            decided_at=f"{day}T12:00:00Z",
        )


def people() -> Register:
    """Everybody whom the tests below are about."""
    world = Register()
    for number in range(60):
        world.add_pupil(world.child(f"copied {number}"), f"copy {number}")
        world.child(f"not in the register {number}")
        world.stranger(f"stranger {number}")

    # two who are alike in everything, on one side and on the other
    alike = world.child("of two pupils")
    world.add_pupil(alike, "one of two")
    world.add_pupil(alike, "other of two")
    shared = world.child("one of two children")
    world.child("other of two children", **{c: shared[c] for c in world.somebody()})
    world.add_pupil(shared, "of two children")
    # the second of these two permits nothing, and is seen all the same
    contested = world.child("with a rival")
    world.child("a rival", permits=False, **{c: contested[c] for c in world.somebody()})
    world.add_pupil(contested, "of a rival")

    # twins of one sex, with near names: both in the register; the other one alone
    ella = world.child("Ella", first_name="Ella", last_name="Thornbury")
    world.add_pupil(ella, "Ella")
    world.add_pupil(ella, "Ellie", forename="Ellie")
    jack = world.child("Jack", first_name="Jack", last_name="Castellan")
    world.add_pupil(jack, "Jake", forename="Jake")
    mistyped = world.child("Mistyped", first_name="Jane", last_name="Averill")
    world.add_pupil(mistyped, "Jade", forename="Jade")
    world.add_pupil(mistyped, "Jaine", forename="Jaine")

    # kept of nobody who never permitted it, and of nobody who is erased
    world.add_pupil(world.child("refuser", permits=False), "of a refuser")
    world.add_pupil(world.child("erased"), "of an erased one")
    world.asks("erased", "erase")
    stopped = world.child("stopped")
    world.add_pupil(stopped, "of a stopped one")
    world.asks("stopped", "stop_linkage")
    world.add_pupil(world.child("restricted", first_name="Wilfred"), "Percy", forename="Percy")
    world.asks("restricted", "restrict")

    # of the other study, which looks by number alone
    by_number = world.add_participant(FIVE, "by number", role="child", upn="A1", **world.somebody())
    world.add_pupil(by_number, "same name, other number", upn="B2")

    # what clerks decide
    world.add_pupil(world.child("undone"), "undone")
    world.decide("undone", "undone", "no_match")
    moved = world.child("decided", first_name="Saoirse", last_name="Quillfeather")
    world.add_pupil(moved, "decided", surname="Hawthorne", date_of_birth="2012-05-19")
    world.decide("decided", "decided", "no_match", "2024-07-01")
    world.decide("decided", "decided", "match", "2024-07-02")
    world.decide("decided", "decided", "no_match", "2024-12-24")
    return world


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What a query of the vault gives, once everybody above has been looked for."""
    folder = tmp_path_factory.mktemp("register")
    landing = landing_of([])
    for path, rows in people().rows.items():
        landing[path].extend(rows)
    write(landing, folder / "extracts")
    vault = built_as_far_as(folder / "extracts", folder / "data", AS_OF, "clerical_review")

    def rows(query: str) -> set[tuple]:
        with duckdb.connect() as connection:
            databases.attach(connection, vault, "vault", read_only=True)
            return {tuple(map(plain, row)) for row in connection.execute(query).fetchall()}

    return rows


def matched(found: Found) -> dict[str, str]:
    return dict(found("select participant_id, pupil_matching_ref from vault.main.pupil_matches"))


def in_review(found: Found) -> dict[tuple[str, str], str]:
    query = "select participant_id, pupil_matching_ref, reason_for_doubt from vault.main.{}"
    return {(c, p): reason for c, p, reason in found(query.format("clerical_review"))}


def test_of_exact_copies_and_strangers_exactly_the_copies_are_found(found: Found) -> None:
    of_those = {
        child: pupil
        for child, pupil in matched(found).items()
        if child.startswith(("copied", "not in")) or pupil.startswith(("copy", "stranger"))
    }
    assert of_those == {f"copied {number}": f"copy {number}" for number in range(60)}


def test_a_tie_is_no_match_and_a_clerk_sees_both_sides_of_it(found: Found) -> None:
    tied = {
        ("of two pupils", "one of two"),
        ("of two pupils", "other of two"),
        ("one of two children", "of two children"),
        ("other of two children", "of two children"),
    }
    assert not {child for child, _ in tied} & set(matched(found))
    assert {in_review(found).get(pair) for pair in tied} == {"fits others as well"}


def test_a_child_without_permission_competes_and_leaves_no_row(found: Found) -> None:
    assert "with a rival" not in matched(found)
    assert in_review(found)["with a rival", "of a rival"] == "fits others as well"
    kept = found("select participant_id from vault.main.pupil_candidates")
    assert not kept & {("a rival",), ("refuser",), ("erased",)}
    assert not {"a rival", "refuser", "erased"} & set(matched(found))


def test_a_child_who_was_permitted_once_is_still_known(found: Found) -> None:
    assert matched(found)["stopped"] == "of a stopped one"


def test_twins_of_one_sex_with_near_names_are_never_crossed(found: Found) -> None:
    twins = {child: matched(found).get(child) for child in ("Ella", "Jack", "Mistyped")}
    assert twins["Ella"] == "Ella"
    assert twins["Jack"] is None, "only the other twin is in the register"
    assert twins["Mistyped"] in (None, "Jaine")
    assert "first name" in in_review(found)["Jack", "Jake"]


def test_nobody_looks_at_those_who_are_out(found: Found) -> None:
    assert not [pair for pair in in_review(found) if pair[0] in ("restricted", "erased", "refuser")]
    assert ("restricted",) in found("select participant_id from vault.main.pupil_candidates")


def test_a_clerks_no_undoes_an_exact_match_and_the_latest_decision_holds(
    found: Found,
) -> None:
    assert "undone" not in matched(found)
    assert ("undone", "undone") not in in_review(found)
    assert matched(found)["decided"] == "decided"


def test_a_clerk_sees_both_sides_beside_each_other(found: Found) -> None:
    columns = "first_name, pupil_first_name, last_name = pupil_last_name"
    assert found(
        f"select {columns} from vault.main.clerical_review where participant_id = 'Jack'"
    ) == {("Jack", "Jake", True)}


def test_children_of_five_to_twelve_are_looked_for_only_by_number(found: Found) -> None:
    assert found("select distinct study from vault.main.pupil_candidates") == {(SEND,)}
    assert "same name, other number" not in matched(found).values()
