"""RO-Crate 1.1: what the release is, and what each of its files is, as JSON-LD.

It may stand in a public repository. So it has no sizes of files, which it need not have: in some
formats every row takes as many bytes, and the size gives away how many rows there are.
"""

import json
from pathlib import Path

import duckdb

from studylink.release.formats import csvw, ddi, disclosure, readme
from studylink.release.formats.description import Release

FILE = "ro-crate-metadata.json"
VERSION = "https://w3id.org/ro/crate/1.1"
ENCODINGS = {
    ".duckdb": "application/vnd.duckdb",
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".dta": "application/x-stata-dta",
    ".sav": "application/x-spss-sav",
    ".xml": "application/xml",
    ".json": "application/json",
    ".md": "text/markdown",
    ".html": "text/html",
    ".yml": "application/yaml",
}
NAMES = {
    "release.duckdb": "The whole release as a DuckDB file",
    "codebook.html": "Codebook, a page to look at and search",
    ddi.FILE: "Codebook (DDI-Codebook 2.5)",
    disclosure.FILE: "Rules of disclosure control that the release was made by",
    readme.FILE: "What is in the release, and how to open it",
    csvw.METADATA: "Description of the CSV files (CSV on the Web)",
    "codes.csv": "Number, code and label of every coded column",
}


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Write the description of all files that are in the folder."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    tables = {table.full_name: table.description for table in release.tables}
    entities = [
        {
            "@id": FILE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": VERSION},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": release.marked(release.title),
            "description": release.marked(release.purpose),
            "identifier": release.release_id,
            "datePublished": release.as_of[:10],
            "license": {"@id": "#terms"},
            "creditText": release.citation,
            "hasPart": [{"@id": one.relative_to(folder).as_posix()} for one in files],
        },
        {
            "@id": "#terms",
            "@type": "CreativeWork",
            "name": "Terms of use",
            "description": release.terms,
        },
    ]
    for one in files:
        described = tables.get(one.stem)
        entities.append(
            {
                "@id": one.relative_to(folder).as_posix(),
                "@type": "File",
                "name": release.marked(NAMES.get(one.name) or one.stem),
                **({"description": described} if described else {}),
                "encodingFormat": ENCODINGS[one.suffix],
            }
        )
    crate = {"@context": f"{VERSION}/context", "@graph": entities}
    (folder / FILE).write_text(
        json.dumps(crate, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
