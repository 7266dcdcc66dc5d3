"""The three databases: where they are, how they are opened, built and published.

`vault` holds identities and pseudonyms and is always encrypted, `study` the working layers and
governance, `research` what researchers open. dbt works on files of these names in the folder
`building`. A full build whose every test passed gets a folder of its own in `builds`, and the link
`current` leads to it; the three names that everybody opens are links through `current`. So one
rename, that of `current`, replaces all three at once.
"""

import errno
import fcntl
import hmac
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import duckdb_extension_httpfs

from studylink import catalogue
from studylink.contract import PROJECT
from studylink.files import quoted

NAMES = ("vault", "study", "research")
BUILDS, CURRENT = "builds", "current"
"""In a data folder: the folder of the published builds, and the link to the newest of them."""
SECONDS_LOOKED_UP = 600
"""How long the place of a file that was looked up may be opened: NFS keeps it a minute (nfs(5))."""
LOCK = ".lock"
"""The file in a data folder that is locked while a build or request is at work there."""
DEVELOPMENT_KEY = "studylink development key: synthetic data only"
BLOCK = 64
"""Bytes in a block of SHA-256, to which HMAC pads its key."""


def data_folder() -> Path:
    """The folder of the published databases: `STUDY_DATA`, by default `data`."""
    return Path(os.environ.get("STUDY_DATA") or "data")


def extracts_folder() -> Path:
    """The folder of the landed extracts: `STUDY_EXTRACTS`, by default the shipped sample."""
    return Path(os.environ.get("STUDY_EXTRACTS") or "extracts/sample")


def vault_key() -> str:
    """The vault's encryption key: `DBT_ENV_SECRET_VAULT_KEY`, or the development key."""
    return os.environ.get("DBT_ENV_SECRET_VAULT_KEY") or DEVELOPMENT_KEY


def pseudonym_key() -> str:
    """The pseudonym key: `DBT_ENV_SECRET_PSEUDONYM_KEY`, or the development key."""
    return os.environ.get("DBT_ENV_SECRET_PSEUDONYM_KEY") or DEVELOPMENT_KEY


def warnings_of_development_keys(extracts: Path) -> list[str]:
    """What to say of each key that is not set, unless the extracts are the shipped sample."""
    if extracts.resolve() == PROJECT / "extracts" / "sample":
        return []
    return [
        f"{variable} is not set: the development key, which everybody knows, is in use on extracts "
        "that are not the sample. Never do this with real people's data; docs/engineers.md says"
        " how to make a key."
        for variable, key in (
            ("DBT_ENV_SECRET_VAULT_KEY", vault_key()),
            ("DBT_ENV_SECRET_PSEUDONYM_KEY", pseudonym_key()),
        )
        if key == DEVELOPMENT_KEY
    ]


def set_pseudonym_key(connection: duckdb.DuckDBPyConnection, text: str | None = None) -> None:
    """Give a session the two pads of HMAC's key (RFC 2104), as variables: in no SQL text.

    The key is the pseudonym key where no other is given.
    """
    for variable, pad in pads(text).items():
        connection.execute(f"set variable {variable} = ?::blob", [pad])


def pads(text: str | None = None) -> dict[str, bytes]:
    """The two pads of HMAC's key, by the variable that SQL knows each by."""
    key = (text or pseudonym_key()).encode()
    padded = (sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return {
        variable: bytes(byte ^ pad for byte in padded)
        for variable, pad in (("hmac_ipad", 0x36), ("hmac_opad", 0x5C))
    }


def pseudonym(study: str, kind: str, text: str) -> str:
    """The keyed pseudonym of an id, the same that the macro `pseudonym` gives in SQL."""
    message = f"{study}/{kind}/{text}".encode()
    return hmac.new(pseudonym_key().encode(), message, sha256).hexdigest()[:32]


def derived_key(key: str, purpose: str) -> str:
    """A key for one purpose, which nobody can compute without the key that it is derived from."""
    return hmac.new(key.encode(), purpose.encode(), sha256).hexdigest()


def path(folder: Path, name: str) -> Path:
    """The file of one database in a folder."""
    return folder / f"{name}.duckdb"


def attach(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, read_only: bool = False
) -> None:
    """Attach one database of `folder` under its name; the vault with its key.

    Raises `PermissionError` where the vault does not open with the key that is set.
    """
    key = vault_key() if name == "vault" else None
    try:
        attach_file(connection, path(folder, name), name, key, read_only)
    except duckdb.InvalidInputException:
        raise PermissionError(
            f"{path(folder, name)} does not open: it was made with another vault key. "
            "Set DBT_ENV_SECRET_VAULT_KEY to that key."
        ) from None


def attach_file(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    name: str,
    key: str | None = None,
    read_only: bool = False,
) -> None:
    """Attach one database file under a name; with a key, it is encrypted."""
    options = ["read_only"] if read_only else []
    if key:
        _load_encryption(connection)
        options.append(f"encryption_key {quoted(key)}")
    # whole, so that no beginning of it is taken for the name of a service
    connection.execute(
        f"attach {quoted(file.absolute())} as {name}"
        + (f" ({', '.join(options)})" if options else "")
    )


def connect(folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection with the published `vault`, `study` and `research` attached read-only.

    Raises `FileNotFoundError` where nothing has been published in `folder` yet.
    """
    return connect_to(folder or data_folder(), *NAMES)


def connect_to(folder: Path, *names: str) -> duckdb.DuckDBPyConnection:
    """A connection with some of the databases in a folder attached read-only, all of one build.

    Raises `FileNotFoundError` where one of them is not there.
    """
    while True:
        build = folder_of_build(folder)
        connection = duckdb.connect()
        try:
            for name in names:
                if not path(build, name).exists():
                    raise FileNotFoundError(
                        f"{path(folder, name)} is not there: run `dbt build` first, to the end"
                    )
                attach(connection, build, name, read_only=True)
        except (OSError, duckdb.Error):
            connection.close()
            if folder_of_build(folder) == build:
                raise
        else:
            if folder_of_build(folder) == build:
                return connection
            # another has been published meanwhile, and what was opened may be of both
            connection.close()


def folder_of_build(folder: Path) -> Path:
    """Where the files are to which the names in a data folder lead.

    That is the folder itself where the names are no links: in `building`, say, and where nothing
    has been published yet.
    """
    if not _has_links(folder):
        return folder
    return folder / os.readlink(folder / CURRENT)


def replace_build(folder: Path, built: Path) -> None:
    """Publish the three files in `built` under the names in a data folder, all at one instant.

    Whoever opens a name at any instant finds the old build or the new one. The caller holds the
    folder's lock.

    Raises `OSError` where the disk is full or the file system knows no links.
    """
    _lay_links(folder)
    build = _new_build(folder)
    for name in NAMES:
        os.replace(path(built, name), path(build, name))
    _lead_to(folder, build)
    remove_old_builds(folder)


def remove_old_builds(folder: Path) -> None:
    """Remove every build in a data folder to which its names do not lead: replaced, or broken off.

    Links to the newest files take the names of the old ones for a while: DuckDB looks up where a
    link leads and opens what is there a moment later. The caller holds the folder's lock.
    """
    builds, current = folder / BUILDS, folder / CURRENT
    kept = folder / os.readlink(current) if current.is_symlink() else None
    for build in builds.iterdir() if builds.exists() else ():
        if build == kept or build.is_symlink() or not build.is_dir():
            # file managers leave files of their own
            continue
        for name in NAMES:
            file = path(build, name)
            if file.exists() and not file.is_symlink():
                _link(file, Path("..", "..", CURRENT, file.name))
        if time.time() - build.stat().st_mtime > SECONDS_LOOKED_UP:
            try:
                shutil.rmtree(build)
            except OSError as error:
                # NFS keeps a file that a reader still has open; a later build removes it
                if error.errno not in (errno.EBUSY, errno.ENOTEMPTY):
                    raise


def _has_links(folder: Path) -> bool:
    """Whether all three names in a data folder are links through `current`."""
    return (folder / CURRENT).is_symlink() and all(
        path(folder, name).is_symlink()
        and Path(os.readlink(path(folder, name))) == path(Path(CURRENT), name)
        for name in NAMES
    )


def _lay_links(folder: Path) -> None:
    """Make the three names in a data folder links through `current`; they lead where they did.

    Files that are there under these names become a build of their own, which needs no copies where
    the file system knows hard links.
    """
    if _has_links(folder):
        return
    build = _new_build(folder)
    for name in NAMES:
        if path(folder, name).exists():
            file = path(folder, name).resolve()
            try:
                os.link(file, path(build, name))
            except OSError:
                shutil.copy(file, path(build, name))
    _lead_to(folder, build)
    for name in NAMES:
        _link(path(folder, name), path(Path(CURRENT), name))


def _new_build(folder: Path) -> Path:
    """A new and empty folder for a build, named by the moment, UTC."""
    builds = folder / BUILDS
    builds.mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-", dir=builds))


def _lead_to(folder: Path, build: Path) -> None:
    """Have `current` lead to a build, all of which is on disk before."""
    for place in (*build.iterdir(), build, build.parent):
        sync(place)
    _link(folder / CURRENT, Path(BUILDS) / build.name)


def _link(link: Path, target: Path) -> None:
    """Have a name lead to another place from one instant to the next, and have that on disk."""
    unfinished = link.with_name(f".{link.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(target)
    os.replace(unfinished, link)
    sync(link.parent)


def lock(folder: Path) -> int:
    """Make this process the only one at work in a data folder, until it closes what is returned.

    What is locked is a file open for writing, for NFS locks no other (flock(2)).

    Raises `BlockingIOError` while another build or request is at work in the same folder, and
    `OSError` where nothing can be written or the file system cannot lock.
    """
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _not_writable(folder, error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise BlockingIOError(
                f"another build or request is at work in {folder}: wait for it, "
                "or set STUDY_DATA to another folder"
            ) from None
        raise OSError(
            f"the file system of {folder} cannot lock files ({error.strerror}), so "
            "two builds could work there at once: set STUDY_DATA to a folder on another, or have "
            "this one mounted with locks"
        ) from None
    return descriptor


def _not_writable(folder: Path, error: OSError) -> OSError:
    return OSError(
        f"{folder} cannot be written to ({error.strerror}): have that put right, "
        "or set STUDY_DATA to another folder"
    )


def sync(place: Path) -> None:
    """Have a file's content, or the names in a folder, on disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that is its owner's alone: it gets its name when all of it is on disk."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(prefix=".unfinished-", dir=file.parent)
    try:
        with open(descriptor, "wb") as out:
            out.write(content)
        sync(Path(unfinished))
        os.replace(unfinished, file)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    sync(file.parent)


def _load_encryption(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extension that encrypts files, from its wheel: neither home nor network needed."""
    extension = next(Path(duckdb_extension_httpfs.__file__).parent.rglob("*.duckdb_extension"))
    connection.execute(f"load {quoted(extension)}")


class Workbench:
    """The folder in which dbt builds: `building`, inside the data folder.

    A full build begins with an empty one, so that nothing of an earlier build, not even the bytes
    of rows since dropped, is in what it publishes. Any other command works on what the last build
    left there, or on a copy of what is published.
    """

    def __init__(self, published: Path):
        self.published = published
        self.folder = published / "building"
        self._lock: int | None = None

    def open(self, fresh: bool) -> None:
        """Make the folder ready, and this process its only user until it ends.

        Raises `BlockingIOError` while another build works in the same folder, and `OSError` where
        DuckDB cannot write.
        """
        if "?" in str(self.published.absolute()):
            raise OSError(
                f"DuckDB cannot write databases in {self.published}: it takes a ? for the end of "
                "a path: set STUDY_DATA to a folder without one"
            )
        try:
            self.published.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_writable(self.published, error) from None
        self._lock = lock(self.published)
        is_whole = all(path(self.folder, name).exists() for name in NAMES)
        if self.folder.exists() and (fresh or not is_whole):
            shutil.rmtree(self.folder)
        if fresh:
            remove_old_builds(self.published)
        self.folder.mkdir(exist_ok=True)
        build = folder_of_build(self.published)
        for name in NAMES if not (fresh or is_whole) else ():
            if path(build, name).exists():
                shutil.copyfile(path(build, name), path(self.folder, name))

    def publish(
        self, connection: duckdb.DuckDBPyConnection, contracts: list[catalogue.Contract]
    ) -> None:
        """Replace the published databases by those just built.

        The study database is still open in this process; moving it does not disturb it.
        Raises `catalogue.NotAsContracted`, and publishes nothing, where what researchers would open
        is not what the contracts of its tables say; and what `replace_build` does.
        """
        catalogue.require(connection, "research", contracts)
        for name in NAMES:
            connection.execute(f"checkpoint {name}")
        for name in ("vault", "research"):
            connection.execute(f"detach {name}")
        replace_build(self.published, self.folder)
