#!/usr/bin/env bash
# FASCIKIT_FETCH without a network: small archives made of the installed headers.
# A right hash builds, a wrong one and a missing archive are refused by name.
# Usage: fetch_test.sh SOURCE_DIR SCRATCH_DIR CXX EIGEN_INCLUDE_DIR
set -euo pipefail
source_dir=$1 scratch=$2 cxx=$3 eigen=$4
rm -rf "$scratch"
mkdir -p "$scratch/archives" "$scratch/eigen-3.4.0"
cp -r "$eigen/Eigen" "$scratch/eigen-3.4.0/"
tar -C "$scratch" -cjf "$scratch/archives/eigen-3.4.0.tar.bz2" eigen-3.4.0
hash=$(sha256sum "$scratch/archives/eigen-3.4.0.tar.bz2" | cut -d' ' -f1)

configure() {   # BUILD_FOLDER OPTIONS...
    cmake -S "$source_dir" -B "$scratch/$1" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" \
        -DFASCIKIT_FETCH=ALWAYS -DFASCIKIT_FFTW=OFF -DFASCIKIT_IO=OFF -DFASCIKIT_PROGRAM=OFF \
        -DFASCIKIT_TESTS=OFF "${@:2}" >"$scratch/$1.log" 2>&1
}
must_fail() {   # BUILD_FOLDER MESSAGE OPTIONS...
    if configure "$1" "${@:3}"; then
        echo "fetch_test: $1 was accepted" >&2
        exit 1
    fi
    if ! tr -s ' \n' ' ' <"$scratch/$1.log" | grep -qF -- "$2"; then
        echo "fetch_test: $1 failed without saying '$2':" >&2
        cat "$scratch/$1.log" >&2
        exit 1
    fi
    echo "refused: $1"
}

must_fail wrong_hash "FASCIKIT_EIGEN_SHA256 asks for" -DFASCIKIT_ARCHIVES="$scratch/archives"
must_fail no_archive "has no eigen-3.4.0.tar.bz2" -DFASCIKIT_ARCHIVES="$scratch"

configure right -DFASCIKIT_ARCHIVES="$scratch/archives" -DFASCIKIT_EIGEN_SHA256="$hash" ||
    { cat "$scratch/right.log" >&2; exit 1; }
mkdir -p "$scratch/user"
cat >"$scratch/user/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.22)
project(user LANGUAGES CXX)
add_subdirectory(${FASCIKIT_FOLDER} fascikit EXCLUDE_FROM_ALL)
add_executable(user main.cpp)
target_link_libraries(user PRIVATE fascikit::fascikit)
CMAKE
cat >"$scratch/user/main.cpp" <<'CPP'
#include <Eigen/Core>
#include <fascikit/core/options.hpp>
int main() { return static_cast<int>(Eigen::Vector3d(0, 0, 0).sum()); }
CPP
cmake -S "$scratch/user" -B "$scratch/user_build" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" \
    -DFASCIKIT_FOLDER="$source_dir" -DFASCIKIT_FETCH=ALWAYS -DFASCIKIT_IO=OFF -DFASCIKIT_FFTW=OFF \
    -DFASCIKIT_ARCHIVES="$scratch/archives" -DFASCIKIT_EIGEN_SHA256="$hash" >"$scratch/user.log" 2>&1 ||
    { cat "$scratch/user.log" >&2; exit 1; }
cmake --build "$scratch/user_build" >>"$scratch/user.log" 2>&1 || { cat "$scratch/user.log" >&2; exit 1; }
"$scratch/user_build/user"
ninja -C "$scratch/user_build" -t deps >"$scratch/deps"
grep -q "_deps/fascikit_eigen-src/Eigen/Core" "$scratch/deps" ||
    { echo "fetch_test: another Eigen was compiled" >&2; exit 1; }
echo "built with the fetched Eigen"
