"""What the figures were made on."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from functools import lru_cache
from pathlib import Path

import fascikit as fk


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


@lru_cache
def build() -> str:
    """Of the compiled library and the Python beside it: the version does not change with every commit."""
    digest = hashlib.sha256()
    folder = Path(fk.__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".so", ".pyd", ".py"):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def commit() -> str:
    """Commit of the suite and its date, if this is a checkout of it, and whether it was changed since."""
    try:
        found, changed = (
            subprocess.run(["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=10)
            for words in (["log", "-1", "--format=%h of %cs"], ["status", "--porcelain", "--", "."])
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    if found.returncode or changed.returncode:
        return ""
    return found.stdout.strip() + (", with changes" if changed.stdout.strip() else "")


def describe() -> dict[str, str]:
    import numpy
    import scipy

    config = fk.build_config()
    path = config.get("cpu_path", "") if isinstance(config, dict) else ""
    return {
        "fascikit": f"{fk.__version__}, build {build()}" + (f", path {path}" if path else ""),
        **({"suite": f"commit {commit()}"} if commit() else {}),
        "python": f"{platform.python_version()}, numpy {numpy.__version__}, scipy {scipy.__version__}",
        "machine": f"{processor()}, {os.cpu_count()} processors, {platform.system()}",
    }
