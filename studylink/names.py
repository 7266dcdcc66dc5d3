"""What agencies and domains are called, by their codes, wherever somebody reads of them."""

NAMES = {
    "dfe": "DfE",
    "dwp": "DWP",
    "hmrc": "HMRC",
    "nhs_england": "NHS England",
    "ons": "ONS",
    "employment_tax": "employment and tax",
}
"""Those that are called otherwise than by the words of their code."""
IN_FULL = {
    "dfe": "the Department for Education",
    "dwp": "the Department for Work and Pensions",
    "hmrc": "HM Revenue and Customs",
    "ons": "the Office for National Statistics",
}
"""Agencies that participants know by another name than those who run the study."""


def named(code: str) -> str:
    """An agency, a domain or any other code, as it stands in the middle of a sentence."""
    return NAMES.get(code, code.replace("_", " "))


def in_full(code: str) -> str:
    """An agency in full, as it stands in the middle of a sentence."""
    return IN_FULL.get(code, named(code))


def capitalised(text: str) -> str:
    """A text as it stands at the beginning of a sentence; `capitalize` makes HMRC Hmrc."""
    return text[:1].upper() + text[1:]
