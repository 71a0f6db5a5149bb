# Set-up shared by tests/run.sh, examples/quickstart.sh and .ci/run; sourced, not run.
# Nothing is done twice: packages are asked for by name, everything else carries a stamp
# with the hash of what it was made from. All of it stays below build/.

export DEBIAN_FRONTEND=noninteractive
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
mkdir -p "$build"

started=$SECONDS
step() { printf '\n=== [%4d s] %s\n' "$((SECONDS - started))" "$*"; }
fail() { printf 'fascikit set-up: %s\n' "$*" >&2; exit 1; }

# A compiler of template code takes up to 1.5 GB.
jobs_at_once() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo)
    ((memory < 1)) && memory=1
    echo $((cores < memory ? cores : memory))
}
jobs=$(jobs_at_once)

cpp_packages=(g++ cmake ninja-build libeigen3-dev libfftw3-dev libedf-dev nlohmann-json3-dev libcli11-dev
    libgtest-dev)
python_packages=(python3 python3-dev python3-venv)

# need_packages NAME...: installs what is missing; without apt the caller has to have them.
need_packages() {
    command -v dpkg-query >/dev/null || { echo "Not Debian or Ubuntu: taking for granted $*"; return 0; }
    local name missing=()
    for name in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    echo "Installing Debian packages: ${missing[*]}"
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "missing packages, and neither root nor sudo: ${missing[*]}"
        as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
    fi
    "${as_root[@]}" apt-get update -qq || echo "apt-get update failed; trying with the lists that are there"
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$build/apt.log" 2>&1 </dev/null ||
        { tail -n 20 "$build/apt.log" >&2; fail "apt-get could not install ${missing[*]}"; }
}

# Debian's own Python has its headers beside it; another one on the PATH may not.
system_python() {
    if [[ -x /usr/bin/python3 ]]; then echo /usr/bin/python3; else command -v python3; fi
}

hash_of() { sha256sum | cut -d' ' -f1; }
stamped() { [[ -f $1 && $(<"$1") == "$2" ]]; }

# need_venv FOLDER REQUIREMENT...: a virtual environment that has them.
need_venv() {
    local folder=$1 python want
    shift
    python=$(system_python)
    want=$(printf '%s\n' "$("$python" --version)" "$folder" "$@" | hash_of)
    stamped "$folder/.stamp" "$want" && return 0
    echo "Making the virtual environment ${folder#"$root"/}: $*"
    rm -rf "$folder"
    "$python" -m venv "$folder" || fail "$python -m venv failed (Debian: python3-venv)"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@" ||
        fail "pip could not install $*"
    echo "$want" >"$folder/.stamp"
}

# need_alone VENV REQUIREMENT...: packages without what they ask for, where we use their files and not their code.
need_alone() {
    local folder=$1 want
    shift
    want=$(printf '%s\n' "$@" | hash_of)
    stamped "$folder/.alone" "$want" && return 0
    echo "Installing into ${folder#"$root"/} without dependencies: $*"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$@" ||
        fail "pip could not install $*"
    echo "$want" >"$folder/.alone"
}

# Everything the wheel is made of.
sources_hash() {
    (cd "$root" && find CMakeLists.txt pyproject.toml README.md LICENSE include src python -type f \
        -not -name '*.pyc' -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum | hash_of)
}

# build_wheel: leaves the path of the wheel in $wheel. Compiles only what changed.
build_wheel() {
    local want python
    want=$(sources_hash)
    wheel=$(ls "$build"/wheel/*.whl 2>/dev/null | head -n 1 || true)
    if [[ -n $wheel ]] && stamped "$build/wheel/.stamp" "$want"; then return 0; fi
    need_venv "$build/venv-build" 'pip>=23.1' 'scikit-build-core>=0.10' 'pybind11>=2.12'
    python=$build/venv-build/bin/python
    rm -rf "$build/wheel"
    mkdir -p "$build/wheel"
    echo "Building the wheel"
    # The environment above holds what the build needs, so that a second build is offline and
    # incremental. PATH: the compiled module must be for this Python, whichever comes first elsewhere.
    (cd "$root" && PATH="$build/venv-build/bin:$PATH" CMAKE_BUILD_PARALLEL_LEVEL=$jobs CMAKE_GENERATOR=Ninja \
        "$python" -m pip wheel . --no-deps --no-build-isolation --quiet --disable-pip-version-check \
        --wheel-dir "$build/wheel" -C "build-dir=$build/wheel-build" \
        -C "cmake.define.Python_EXECUTABLE=$python" "${launcher[@]/#-D/-Ccmake.define.}") ||
        fail "the wheel could not be built"
    wheel=$(ls "$build"/wheel/*.whl)
    echo "$want" >"$build/wheel/.stamp"
}

# install_wheel VENV: puts $wheel into it unless that very wheel is there.
install_wheel() {
    local want
    want=$(hash_of <"$wheel")
    stamped "$1/.wheel" "$want" && return 0
    echo "Installing $(basename "$wheel") into ${1#"$root"/}"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheel" ||
        fail "the wheel could not be installed"
    echo "$want" >"$1/.wheel"
}

launcher=()
if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

# cmake_build PRESET [TARGET]: configures when needed and builds build/PRESET.
cmake_build() {
    local preset=$1 log=$build/$1.log
    (cd "$root" && cmake --preset "$preset" "${launcher[@]}" ${FASCIKIT_CMAKE_OPTIONS:-} >"$log" 2>&1) ||
        { cat "$log" >&2; fail "cmake --preset $preset failed"; }
    cmake --build "$build/$preset" -j "$jobs" ${2:+--target "$2"} >"$log" 2>&1 ||
        { grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking)' "$log" | head -n 100 >&2; fail "building $preset failed"; }
}

# Where the shared recordings are; their absence is an error only where it was promised.
export FASCIKIT_SHARED=${FASCIKIT_SHARED:-$root/../shared}
if [[ ${CI:-} == true && ! -d $FASCIKIT_SHARED/data ]]; then
    fail "CI=true, and FASCIKIT_SHARED has no data folder: $FASCIKIT_SHARED"
fi
