"""Results on disk: one small JSON a run, there whole or not at all, so that a run can go on.

The name holds what was run; a hash of all that decides the figures (versions, thresholds,
recording) makes a change a new name. Runs that failed or lacked a package are tried again.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Optional

FORMAT = 1
KEPT = ("done", "timeout")


def key(*parts: Any) -> str:
    text = json.dumps([FORMAT, *parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class Store:
    def __init__(self, folder: os.PathLike[str] | str, resume: bool = True) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._resume = resume
        self._written: set[str] = set()

    def path(self, part: str, name: str, seed: int, detector: str, digest: str) -> Path:
        plain = "-".join([part, name, str(seed), detector])
        plain = "".join(c if c.isalnum() or c in "-_." else "_" for c in plain)[-120:]
        return self.folder / f"{plain}-{digest}.json"

    def read(self, path: Path) -> Optional[dict[str, Any]]:
        """None where it has to be run; a file that was damaged is run again."""
        if not self._resume and path.name not in self._written:
            return None
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(record, dict) or record.get("status") not in KEPT:
            return None
        return record

    def write(self, path: Path, record: dict[str, Any]) -> None:
        write_whole(path, json.dumps(record, indent=None, sort_keys=True) + "\n")
        self._written.add(path.name)


def write_whole(path: Path, text: str) -> None:
    """Beside it first, then renamed, so that an interruption leaves the old file or the new."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
