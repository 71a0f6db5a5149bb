"""Further chapters of the report: a module of this package with an object `section`.

    class Section:
        title = "Bursts"
        def run(self, folder, seeds):      # folder: a Path for its own files; seeds: a sequence
            return pandas.DataFrame(...)
        def report(self, table):           # Markdown below the title, without it
            return "..."

    section = Section()

The table is kept in the folder of results as CSV, named by versions and seeds. A section
that fails is said to have failed, in its place.
"""

from __future__ import annotations

import importlib
import io
import traceback
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from . import machine, store

MODULES = ("bursts",)


def module_name(name: str) -> str:
    return f"{__package__}.{name}"


def chapters(folder: Path, seeds: Sequence[int], resume: bool = True, modules: Sequence[str] = MODULES) -> list[tuple[str, str]]:
    """(title, Markdown) of each."""
    found = []
    for name in modules:
        try:
            module = importlib.import_module(module_name(name))
        except ModuleNotFoundError as error:
            if error.name and error.name.endswith(name):
                found.append((name.capitalize(), f"Not there: no module `{name}` in the suite."))
            else:
                found.append((name.capitalize(), f"Missing: {error}."))
            continue
        section = module.section
        try:
            source = Path(module.__file__ or "").read_bytes().hex() if getattr(module, "__file__", None) else ""
            path = folder / f"section-{name.replace('.', '_')}-{store.key(machine.build(), list(seeds), source)}.csv"
            if resume and path.exists():
                table = pd.read_csv(path)
            else:
                table = section.run(folder, seeds)
                text = io.StringIO()
                table.to_csv(text, index=False)
                store.write_whole(path, text.getvalue())
                table = pd.read_csv(path)  # the same whether it was run now or before
            found.append((section.title, section.report(table)))
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            found.append((section.title, f"Failed: {type(error).__name__}: {error} (line {last.lineno})."))
    return found
