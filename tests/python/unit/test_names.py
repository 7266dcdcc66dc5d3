"""What agencies and domains are called, wherever somebody reads of them."""

import pytest

from studylink.names import capitalised, in_full, named
from tests.python.lib.oracle import LISTS


@pytest.mark.parametrize("supplier", LISTS["supplier"])
def test_no_participant_is_written_to_of_an_agency_by_its_code(supplier: str) -> None:
    assert supplier not in in_full(supplier).split()
    assert in_full(supplier) != supplier.replace("_", " ")


def test_a_name_keeps_its_capitals_and_a_code_is_shown_in_words() -> None:
    assert capitalised(named("hmrc")) == "HMRC"
    assert capitalised(in_full("dwp")) == "The Department for Work and Pensions"
    assert named("employment_tax") == "employment and tax"
    assert named("adult_social_care") == "adult social care"
