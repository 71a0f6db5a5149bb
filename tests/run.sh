#!/usr/bin/env bash
# Sets everything up on a fresh Debian or Ubuntu, builds, and runs every C++ and Python test.
# Usage: bash tests/run.sh        (as root or with sudo, for the packages that are missing)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

step "Packages"
need_packages "${cpp_packages[@]}" "${python_packages[@]}"

step "Building the C++ tests"
cmake_build release

step "C++ tests"
ctest --test-dir "$build/release" --output-on-failure --no-tests=error -j "$jobs" --quiet \
    --output-log "$build/ctest.log" </dev/null || { cat "$build/ctest.log" >&2; exit 1; }
tail -n 4 "$build/ctest.log"

step "Wheel"
build_wheel
test_requirements=(numpy scipy pandas matplotlib h5py pytest mypy scikit-learn spikeinterface numba pooch tqdm)
need_venv "$build/venv-tests" "${test_requirements[@]}"
need_alone "$build/venv-tests" openhdemg==0.1.2   # for the decomposed recording that it ships
install_wheel "$build/venv-tests"

step "Python tests"
# From another folder: the installed package is tested, never the sources.
shopt -s nullglob
pytest_files=("$root"/tests/python/test_*.py "$root"/tests/*_test.py)
cd "$build"
FASCIKIT_PROGRAM=$build/venv-tests/bin/fascikit MPLBACKEND=Agg PYTHONDONTWRITEBYTECODE=1 \
    "$build/venv-tests/bin/python" -m pytest -q -p no:cacheprovider -c "$root/pyproject.toml" \
    --rootdir "$root" "${pytest_files[@]}" </dev/null

step "Everything passed"
