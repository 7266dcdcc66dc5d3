"""How people come to be linked, from invitation to usable records, as a diagram for each domain."""

from dataclasses import dataclass

import duckdb

STEP = 46
"""Pixels from one step to the next: a line of text and a bar."""
BAR, WIDTH = 16, 300


@dataclass(frozen=True)
class Step:
    """A step of a flow with its public count, and where it stands in the diagram, in pixels."""

    name: str
    people: int | None
    top: int
    width: float
    next_width: float


@dataclass(frozen=True)
class Flow:
    """The steps of one study and domain, and whether a yes is needed there."""

    study: str
    domain: str
    mode: str
    steps: list[Step]

    @property
    def height(self) -> int:
        """Pixels."""
        return STEP * len(self.steps)


def consent_flows(connection: duckdb.DuckDBPyConnection, table: str) -> list[Flow]:
    """The flows of a table of the shape of `consent_flow`, by study, domain and mode."""
    flows: dict[tuple[str, str, str], list[tuple[str, int | None]]] = {}
    for *flow, step, people in connection.execute(
        f"select study, domain, mode, step, participants from {table}"
        " order by study, domain, mode, step_number"
    ).fetchall():
        flows.setdefault(tuple(flow), []).append((step, people))
    return [Flow(*flow, _placed(steps)) for flow, steps in flows.items()]


def _placed(steps: list[tuple[str, int | None]]) -> list[Step]:
    most = max((people or 0 for _, people in steps), default=0) or 1
    widths = [WIDTH * (people or 0) / most for _, people in steps]
    return [
        Step(name.replace("_", " ").capitalize(), people, STEP * place, widths[place], following)
        for place, ((name, people), following) in enumerate(
            zip(steps, [*widths[1:], widths[-1]], strict=True)
        )
    ]
