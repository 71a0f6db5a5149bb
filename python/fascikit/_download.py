"""Files from a mirror or from where they are published: verified, whole or not at all, resumed.

`pooch` keeps the cache and verifies; it downloads a file in one go and forgets what it had when
the connection breaks, so the downloader it is given here keeps a `.part` file beside and asks a
server for the rest (HTTP Range). Only bytes that will be verified by SHA-256 are resumed.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Optional

ATTEMPTS = 3
# Connect, and the longest silence between two pieces; a slow line is no error, a dead one is.
TIMEOUT_S = (10.0, 30.0)
# What a broken connection loses at most: requests drops the piece that it was reading.
PIECE_BYTES = 1 << 13


class FetchError(OSError):
    """A file that could not be had: one line that names it, what was tried and what to do; `errno` where there is one."""

    def __str__(self) -> str:
        return self.strerror or super().__str__()


class Wanted(NamedTuple):
    """A file of the catalogue. `path` is its place below a mirror and below the cache."""

    path: str
    url: str
    sha256: Optional[str]
    size: Optional[int]


def need(module: str, why: str, install: str = "") -> Any:
    """An optional module, or one line that says what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = install or module.partition(".")[0]
        raise ImportError(
            f"{why} needs {package}, which is not installed: pip install {package}, or pip install 'fascikit[datasets]' for all"
        ) from error


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def is_safe(path: str) -> bool:
    """A place below a folder: no way up, nothing absolute, nothing that a shell or URL would read otherwise."""
    parts = path.split("/")
    return all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", part) is not None for part in parts)


def is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def default_folder() -> Path:
    """FASCIKIT_DATA, or pooch's cache of this user."""
    named = os.environ.get("FASCIKIT_DATA")
    return Path(named).expanduser() if named else Path(need("pooch", "the cache of fetch").os_cache("fascikit"))


def verified(path: Path, wanted: Wanted) -> bool:
    """There, and the very bytes of the catalogue."""
    if not path.is_file() or (wanted.size is not None and path.stat().st_size != wanted.size):
        return False
    return wanted.sha256 is None or sha256_of(path) == wanted.sha256


def in_mirror(mirror: Path, wanted: Wanted) -> Path:
    """The file in a mirror folder, verified where it lies; it is neither copied nor removed."""
    path = mirror / wanted.path
    if not mirror.is_dir():
        raise FetchError(errno.ENOENT, f"FASCIKIT_MIRROR is {str(mirror)!r}: there is no such folder")
    if not path.is_file():
        raise FetchError(errno.ENOENT, f"the mirror {str(mirror)!r} has no {wanted.path}")
    if wanted.sha256 is not None:
        found = sha256_of(path)
        if found != wanted.sha256:
            raise FetchError(errno.EIO, _not_the_same(wanted, found, f"in the mirror {str(mirror)!r}"))
    return path


def copy(files: list[Wanted], lying: list[Path], folder: Path) -> None:
    """Verified files of a mirror folder into another one, each whole or not at all."""
    for wanted, path in zip(files, lying):
        destination = folder / wanted.path
        if verified(destination, wanted):
            continue
        part = destination.with_name(f".{destination.name}.{os.getpid()}.part")
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, part)
            os.replace(part, destination)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise FetchError(error.errno or errno.EIO, f"{str(destination)!r} cannot be written: {error.strerror or error}") from error


def download(files: list[Wanted], addresses: list[str], folder: Path, progress: bool) -> None:
    """All `files` below `folder`, from `addresses`; one process at a time in one folder."""
    pooch = need("pooch", "fetch")
    missing = [f for f in files if not verified(folder / f.path, f)]
    if not missing:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            for wanted, address in zip(files, addresses):
                if not verified(folder / wanted.path, wanted):
                    _one(pooch, wanted, address, folder, progress)
    except FetchError:
        raise
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise FetchError(errno.ENOSPC, f"no space left in {str(folder)!r}; what was downloaded is kept, run again") from error
        raise FetchError(error.errno or errno.EIO, f"{str(folder)!r} cannot be written: {error.strerror or error}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _one(pooch: Any, wanted: Wanted, address: str, folder: Path, progress: bool) -> None:
    destination = folder / wanted.path
    destination.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(destination.parent).free
    downloader = _Resuming(wanted, destination, progress)
    if wanted.size is not None and wanted.size - downloader.had() > free:
        raise FetchError(errno.ENOSPC, f"{wanted.path} has {wanted.size} bytes, and {str(folder)!r} has {free} free")
    if wanted.sha256 is None:
        # Nobody can say whether what lies there is old: pooch would keep it, whatever its size.
        destination.unlink(missing_ok=True)
    keeper = pooch.create(
        path=folder, base_url="", urls={wanted.path: address},
        registry={wanted.path: None if wanted.sha256 is None else f"sha256:{wanted.sha256}"},
    )
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("WARNING")
    try:
        keeper.fetch(wanted.path, downloader=downloader)
    except ValueError as error:
        # pooch found another hash than the one it was told, and has removed the file.
        raise FetchError(errno.EIO, _not_the_same(wanted, downloader.found, f"from {address}") + "; removed") from error
    finally:
        logger.setLevel(level)


def _not_the_same(wanted: Wanted, found: str, where: str) -> str:
    return f"{wanted.path} {where} is not the file of the catalogue: expected SHA-256 {wanted.sha256}, found {found}"


class _Resuming:
    """A downloader for pooch: what a broken connection left is kept and completed.

    The part file carries the wanted hash in its name, so that it can only ever be completed
    by the same bytes; should a server have changed in between, the file is fetched anew once.
    """

    def __init__(self, wanted: Wanted, destination: Path, progress: bool) -> None:
        self._wanted = wanted
        self._progress = progress
        mark = wanted.sha256[:16] if wanted.sha256 else "unverified"
        self._part = destination.with_name(f".{destination.name}.{mark}.part")
        self.found = ""

    def had(self) -> int:
        """Bytes that an earlier connection left."""
        return self._part.stat().st_size if self._part.exists() else 0

    def __call__(self, url: str, output_file: Any, pooch: Any) -> None:
        if self._wanted.sha256 is None:
            self._part.unlink(missing_ok=True)
        resumed = self._part.exists()
        self._complete(url)
        self.found = sha256_of(self._part)
        if resumed and self._wanted.sha256 is not None and self.found != self._wanted.sha256:
            self._part.unlink()
            self._complete(url)
            self.found = sha256_of(self._part)
        os.replace(self._part, output_file)

    def _complete(self, url: str) -> None:
        requests = need("requests", "fetch")
        last: Optional[Exception] = None
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(0.25 * 2**attempt)
            try:
                self._go_on(requests, url)
                return
            except requests.exceptions.RequestException as error:
                last = error
            except EOFError as error:
                last = error
        had = self.had()
        kept = f"; {had} bytes are kept, run again to go on from there" if had and self._wanted.sha256 else ""
        if had and not self._wanted.sha256:
            self._part.unlink()
        code = errno.ECONNABORTED if had else errno.ENETUNREACH
        raise FetchError(code, f"{self._wanted.path} from {url}: {_reason(last)} ({ATTEMPTS} attempts){kept}") from last

    def _go_on(self, requests: Any, url: str) -> None:
        """One request: the rest of the file, or all of it where the server knows no ranges."""
        if self._wanted.sha256 is None:
            self._part.unlink(missing_ok=True)
        had = self.had()
        if self._wanted.size is not None and had > self._wanted.size:
            self._part.unlink()
            had = 0
        if had and had == self._wanted.size:
            return
        # No compression on the way: positions and lengths are those of the file.
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={had}-"} if had else {})}
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as answer:
            if answer.status_code == 416 and had:
                # Nothing after what is there: complete, or not this file; the hash says which.
                return
            if answer.status_code in (429, 500, 502, 503, 504):
                raise EOFError(f"the server answered {answer.status_code} {answer.reason}")
            if answer.status_code not in (200, 206):
                what = "there is no such file there" if answer.status_code in (404, 410) else "the server refused"
                raise FetchError(
                    errno.ENOENT if answer.status_code in (404, 410) else errno.EACCES,
                    f"{self._wanted.path} from {url}: {what} ({answer.status_code} {answer.reason})",
                )
            begins = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
            goes_on = answer.status_code == 206 and begins is not None and int(begins.group(1)) == had
            if answer.status_code == 206 and not goes_on:
                self._part.unlink(missing_ok=True)
                raise EOFError(f"the server sent another range than was asked for ({answer.headers.get('Content-Range')!r})")
            length = answer.headers.get("Content-Length", "")
            start = had if goes_on else 0
            total = start + int(length) if length.isdigit() else self._wanted.size
            with open(self._part, "ab" if goes_on else "wb") as part, self._bar(total, start) as bar:
                for piece in answer.iter_content(PIECE_BYTES):
                    part.write(piece)
                    start += len(piece)
                    bar.update(len(piece))
                    if self._wanted.size is not None and start > self._wanted.size:
                        # Longer than the file can be: not it. What the hash says will do, and no disk is filled.
                        return
            if total is not None and start < total:
                raise EOFError(f"the connection ended after {start} of {total} bytes")

    def _bar(self, total: Optional[int], start: int) -> Any:
        if self._progress:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                pass
            else:
                name = self._wanted.path.rpartition("/")[2]
                return tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=name, leave=False)
        return _NoBar()


class _NoBar:
    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, _: int) -> None:
        pass


def _reason(error: Optional[Exception]) -> str:
    """The heart of what requests wraps in many lines."""
    if isinstance(error, EOFError):
        return str(error)
    text = str(error)
    for sign, meaning in (
        ("Name or service not known", "the name of the server cannot be resolved: is there a network?"),
        ("Temporary failure in name resolution", "the name of the server cannot be resolved: is there a network?"),
        ("NameResolutionError", "the name of the server cannot be resolved: is there a network?"),
        ("Connection refused", "the server refuses connections"),
        ("Network is unreachable", "the network cannot be reached"),
        ("CERTIFICATE", "the server's certificate is not trusted"),
        ("timed out", "the server does not answer"),
        ("IncompleteRead", "the connection ended in the middle"),
        ("Connection aborted", "the connection ended in the middle"),
        ("Connection broken", "the connection ended in the middle"),
    ):
        if sign in text:
            return meaning
    return f"{type(error).__name__}: {text.splitlines()[0] if text else 'no answer'}"
