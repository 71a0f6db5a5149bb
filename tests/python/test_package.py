"""The package itself: installed, typed, and carrying nothing it must not."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import fascikit as fk

PACKAGE = Path(fk.__file__).parent


def test_installed():
    assert not PACKAGE.is_relative_to(ROOT / "python"), "these tests are of the installed wheel"
    assert (PACKAGE / "py.typed").exists()
    assert (PACKAGE / "_core.pyi").exists()
    assert importlib.metadata.version("fascikit") == fk.__version__
    assert f'"{fk.__version__}"' in (ROOT / "include/fascikit/core/version.hpp").read_text()


def test_public_names():
    for name in fk.__all__:
        assert getattr(fk, name) is not None
        if name != "__version__":
            assert getattr(fk, name).__doc__, name
    assert sorted(fk.__all__) == list(fk.__all__)


def test_stub_names_what_is_there():
    import ast

    tree = ast.parse((PACKAGE / "_core.pyi").read_text())
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            assert hasattr(fk._core, node.name), node.name
            for member in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(member, ast.FunctionDef):
                    assert hasattr(getattr(fk._core, node.name), member.name), f"{node.name}.{member.name}"
        elif isinstance(node, ast.AnnAssign):
            assert hasattr(fk._core, ast.unparse(node.target))
    stated = {getattr(node, "name", None) or ast.unparse(getattr(node, "target", ast.Name("_"))) for node in tree.body}
    assert {name for name in vars(fk._core) if not name.startswith("__")} <= stated


def test_mypy():
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, "python/fascikit"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_fftw():
    """FFTW is GPL; it must not be in what we hand out."""
    for library in PACKAGE.glob("_core*.so"):
        code = library.read_bytes()
        assert b"fftw_plan" not in code and b"libfftw" not in code
    assert fk.build_config()["fft_backend"] == "kissfft"


def test_build_config():
    config = fk.build_config()
    assert config["version"] == fk.__version__
    assert config["cpu_path"] in ("baseline", "avx2", "avx512", "neon")


def test_forced_cpu_path():
    done = subprocess.run(
        [sys.executable, "-c", "import fascikit as fk; print(fk.build_config()['cpu_path'])"],
        env={**os.environ, "FASCIKIT_CPU": "baseline"}, capture_output=True, text=True, check=True,
    )
    assert done.stdout.strip() in ("baseline", "neon")


def test_matplotlib_is_imported_only_to_draw():
    code = "import sys, fascikit; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_program_says_its_version(program):
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert fk.__version__ in said
