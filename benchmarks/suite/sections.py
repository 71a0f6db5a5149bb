"""Further pages of the report: a module of this package with an object `section`.

    class Section:
        title = "Bursts"
        def run(self, folder, seeds):      # folder: a Path for its own files; seeds: a sequence
            return pandas.DataFrame(...)
        def report(self, table):           # Markdown below the title, without it; pictures are beside the page
            return "..."

    section = Section()

The table is kept in the folder of results as CSV, named by versions, seeds and the sources
of the suite. A section that fails is said to have failed, in its place. Each becomes
`<module>.md` beside the pictures of the report, which links it.
"""

from __future__ import annotations

import importlib
import io
import traceback
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from . import machine, store

MODULES = ("bursts", "recorded")


class Page(NamedTuple):
    name: str   # of the file, without .md
    title: str
    text: str   # Markdown below the title


def module_name(name: str) -> str:
    return f"{__package__}.{name}"


@lru_cache
def sources() -> str:
    """Digest of the suite's own sources: a table of other sources is made anew."""
    here = Path(__file__).parent
    return store.key({p.relative_to(here).as_posix(): p.read_text(encoding="utf-8") for p in sorted(here.rglob("*.py"))})


def pages(folder: Path, seeds: Sequence[int], resume: bool = True, modules: Sequence[str] = MODULES) -> list[Page]:
    found = []
    for name in modules:
        try:
            module = importlib.import_module(module_name(name))
        except ModuleNotFoundError as error:
            if error.name and error.name.endswith(name):
                found.append(Page(name, name.capitalize(), f"Not there: no module `{name}` in the suite."))
            else:
                found.append(Page(name, name.capitalize(), f"Missing: {error}."))
            continue
        section = module.section
        try:
            path = folder / f"section-{name}-{store.key(machine.build(), list(seeds), sources())}.csv"
            if resume and path.exists():
                table = pd.read_csv(path)
            else:
                table = section.run(folder, seeds)
                text = io.StringIO()
                table.to_csv(text, index=False)
                store.write_whole(path, text.getvalue())
                table = pd.read_csv(path)  # the same whether it was run now or before
            found.append(Page(name, section.title, section.report(table)))
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            found.append(Page(name, section.title, f"Failed: {type(error).__name__}: {error} (line {last.lineno})."))
    return found
