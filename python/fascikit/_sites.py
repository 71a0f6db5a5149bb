"""Sites: which channels look at one muscle."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from . import _core
from ._arrays import number

Grid = Union[str, tuple[int, int]]
Sites = Union[str, "os.PathLike[str]", Mapping[str, Sequence[Union[int, str]]], Sequence[Mapping[str, Any]]]


def grid_shape(grid: Grid) -> tuple[int, int]:
    """Rows and columns of "8x8" or (8, 8)."""
    parts: Sequence[Any] = grid.lower().split("x") if isinstance(grid, str) else grid
    try:
        rows, columns = (int(part) for part in parts)
    except (TypeError, ValueError):
        raise ValueError(f"grid {grid!r}: allowed is rows x columns, such as '8x8' or (8, 8)") from None
    return rows, columns


def entries(sites: Union[Mapping[str, Any], Sequence[Any]], channels: Sequence[str]) -> list[dict[str, Any]]:
    """Sites as the compiled half takes them, channel labels turned into indices."""

    def index(channel: Union[int, str], site: str) -> int:
        if isinstance(channel, str):
            if channel not in channels:
                raise ValueError(f"site {site!r}: no channel {channel!r}; there are {', '.join(channels)}")
            return channels.index(channel)
        return int(channel)

    if isinstance(sites, Mapping):
        sites = [{"name": name, "channels": list(members)} for name, members in sites.items()]
    known = {"name": str, "rows": int, "columns": int, "pitch_mm": float, "muscle": str, "side": str}
    result = []
    for position, site in enumerate(sites):
        if not isinstance(site, Mapping) or "name" not in site or "channels" not in site:
            raise ValueError(f"site {position}: allowed is a mapping with 'name' and 'channels'")
        unknown = set(site) - set(known) - {"channels"}
        if unknown:
            raise ValueError(f"site {site['name']!r} has {sorted(unknown)[0]!r}: allowed is channels, {', '.join(known)}")
        entry: dict[str, Any] = {key: convert(site[key]) for key, convert in known.items() if key in site}
        entry["channels"] = [index(channel, entry["name"]) for channel in site["channels"]]
        result.append(entry)
    return result


def with_sites(
    source: _core.Source, sites: Optional[Sites], grid: Optional[Grid], pitch_mm: Optional[float]
) -> _core.Source:
    """`source` with the sites or the grid that were asked for."""
    if grid is not None:
        if sites is not None:
            raise ValueError("grid and sites were both given: allowed is one of them")
        if pitch_mm is None:
            raise ValueError("grid needs pitch_mm=, the distance between electrodes in mm")
        rows, columns = grid_shape(grid)
        return source.with_grid(rows, columns, number(pitch_mm, "pitch_mm", "a distance in mm"))
    if pitch_mm is not None:
        raise ValueError("pitch_mm was given without grid=")
    if sites is None:
        return source
    if isinstance(sites, (str, os.PathLike)):
        return source.with_sites_file(os.fspath(sites))
    channels = [channel["label"] for channel in source.info()["channels"]]
    return source.with_sites(entries(sites, channels))
