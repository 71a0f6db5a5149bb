#!/usr/bin/env bash
# From nothing to a table, files and a picture.
#   bash examples/quickstart.sh                          a simulated calf
#   bash examples/quickstart.sh RECORDING [OPTIONS]      your own; OPTIONS go to `fascikit analyze`
# Results: ./fascikit-out/NAME in the folder you are in. The first run installs what is missing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../tests/setup.sh"

{
    need_packages "${cpp_packages[@]}" "${python_packages[@]}"
    build_wheel
    need_venv "$build/venv" 'numpy>=1.24' 'pandas>=1.5' 'matplotlib>=3.6'
    install_wheel "$build/venv"
} >&2
program=$build/venv/bin/fascikit

if (($# == 0)); then
    recording=fascikit-out/calf.edf
    mkdir -p fascikit-out
    [[ -f $recording && -f fascikit-out/calf.truth.json ]] || "$program" simulate calf "$recording" --seed 1 --force
    options=()
else
    recording=$1
    options=("${@:2}")
fi
name=$(basename "$recording")
out=fascikit-out/${name%.*}
[[ $out != "$recording" ]] || out=$out-out

"$program" analyze "$recording" --out "$out" ${options[@]+"${options[@]}"} || exit $?
MPLBACKEND=Agg "$build/venv/bin/python" "$root/examples/picture.py" "$recording" "$out" \
    ${options[@]+"${options[@]}"} >/dev/null || exit $?

echo
echo "Recording  $recording"
echo "Results    $out"
echo "Picture    $out/picture.png"
echo "Program    $program"
