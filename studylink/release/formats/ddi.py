"""The codebook as XML: DDI-Codebook 2.5, the standard of data archives' catalogues.

It may stand in a public catalogue, so the numbers of rows are public figures, and withheld where
those of few people are in them.
"""

from pathlib import Path
from xml.etree import ElementTree

import duckdb

from studylink.pages import figures
from studylink.release.formats import parquet
from studylink.release.formats.description import Column, Release, Table, path

FILE = "ddi-codebook.xml"
NAMESPACE = "ddi:codebook:2_5"


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Write the codebook."""
    root = ElementTree.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", "xml:lang": "en"})
    title = release.marked(release.title)
    _document(root, release, title)
    _study(root, release, title)
    for number, table in enumerate(release.tables, start=1):
        _, rows = figures.size(connection, table.relation, table.names)
        _file(root, number, table, rows)
    data = ElementTree.SubElement(root, "dataDscr")
    for number, table in enumerate(release.tables, start=1):
        for place, column in enumerate(table.columns, start=1):
            _variable(data, f"F{number}", f"F{number}V{place}", column)
    ElementTree.indent(root, " ")
    ElementTree.ElementTree(root).write(folder / FILE, encoding="utf-8", xml_declaration=True)


def _add(
    parent: ElementTree.Element, tag: str, text: str = "", /, **attributes: str
) -> ElementTree.Element:
    """A part of an element, the last so far."""
    element = ElementTree.SubElement(parent, tag, attributes)
    element.text = text or None
    return element


def _citation(parent: ElementTree.Element, release: Release, title: str) -> ElementTree.Element:
    citation = _add(parent, "citation")
    titles = _add(citation, "titlStmt")
    _add(titles, "titl", title)
    _add(titles, "IDNo", release.release_id)
    return citation


def _document(root: ElementTree.Element, release: Release, title: str) -> None:
    _citation(_add(root, "docDscr"), release, f"Codebook of {title}")


def _study(root: ElementTree.Element, release: Release, title: str) -> None:
    study = _add(root, "stdyDscr")
    citation = _citation(study, release, title)
    _add(_add(citation, "prodStmt"), "software", "studylink")
    _add(_add(citation, "distStmt"), "depositr", release.organisation)
    _add(_add(citation, "verStmt"), "version", f"As of {release.as_of}", date=release.as_of[:10])
    _add(citation, "biblCit", release.citation)
    information = _add(study, "stdyInfo")
    subject = _add(information, "subject")
    for domain in release.domains:
        _add(subject, "keyword", domain)
    _add(information, "abstract", release.purpose)
    summary = _add(information, "sumDscr")
    _add(summary, "nation", "England")
    for one in release.studies:
        _add(summary, "universe", f"Participants of {one}")
    use = _add(_add(study, "dataAccs"), "useStmt")
    _add(use, "restrctn", release.terms)
    _add(use, "citReq", release.citation)
    _add(use, "conditions", f"Access: {release.access}")


def _file(root: ElementTree.Element, number: int, table: Table, rows: int | None) -> None:
    uri = f"{parquet.FOLDER}/{path(Path(), table, 'parquet').name}"
    text = _add(_add(root, "fileDscr", ID=f"F{number}", URI=uri), "fileTxt")
    _add(text, "fileName", table.full_name)
    _add(text, "fileCont", table.description)
    size = _add(text, "dimensns")
    if rows:
        _add(size, "caseQnty", str(rows))
    _add(size, "varQnty", str(len(table.columns)))


def _variable(data: ElementTree.Element, file: str, identity: str, column: Column) -> None:
    """One variable, its parts in the order that the standard has them."""
    numeric = column.data_type not in ("varchar", "boolean")
    attributes = {
        "ID": identity,
        "name": column.name,
        "files": file,
        "intrvl": "contin" if numeric and not column.codes else "discrete",
    }
    if column.unit:
        attributes["measUnit"] = column.unit
    variable = _add(data, "var", **attributes)
    _add(variable, "labl", column.label)
    if column.declared_class:
        _add(variable, "security", column.declared_class)
    _add(variable, "txt", column.description)
    for code, label in column.codes:
        category = _add(variable, "catgry")
        _add(category, "catValu", code)
        _add(category, "labl", label)
    if column.recode:
        _add(variable, "codInstr", column.recode)
    if column.source:
        _add(_add(variable, "derivation"), "drvdesc", f"From {column.source}, as landed.")
    _add(variable, "varFormat", type="numeric" if numeric else "character")
    _add(variable, "notes", column.missing, subject="missing values")
