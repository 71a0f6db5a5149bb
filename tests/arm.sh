#!/usr/bin/env bash
# Compiles the kernels, the streams and the first pass for aarch64, runs them in an emulator and
# asks for the bits that this machine's baseline path gives, header-only and with fascikit::kernels;
# kernels_test compares the other paths with the baseline. Where the C libraries differ, what rests
# on them may differ in its last bits, but not in which discharges are found: see arm/bits.cpp.
# Usage: bash tests/arm.sh      (under 40 s; skipped where there is no cross compiler to be had)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

skip() { echo "Skipped: $*"; exit 0; }
[[ $(uname -m) != aarch64 ]] || skip "this machine is aarch64, where all other tests are tests of ARM"
cross_packages=(g++-12-aarch64-linux-gnu qemu-user)
# Known but not to be had is an error; unknown (another release, another machine) is not.
(need_packages g++ libeigen3-dev "${cross_packages[@]}") >"$build/arm.log" 2>&1 || {
    apt-cache show "${cross_packages[@]}" >/dev/null 2>&1 && { cat "$build/arm.log" >&2; exit 1; }
    skip "this system has no packages ${cross_packages[*]}"
}
cross=aarch64-linux-gnu-g++-12
for command in "$cross" qemu-aarch64; do
    command -v "$command" >/dev/null || skip "no $command here"
done

out=$build/arm
rm -rf "$out"
mkdir -p "$out"

# compile OBJECT SOURCE FLAG...: for ARM where the object's name begins with arm.
compile() {
    local object=$1 source=$2 compiler=g++
    shift 2
    [[ $object != arm* ]] || compiler=$cross
    $ccache "$compiler" -std=c++20 -ffp-contract=off -Wall -Wextra -Werror -Wno-restrict -Iinclude \
        -isystem /usr/include/eigen3 "$@" -c "$source" -o "$out/$object.o"
}
# One call of compile a line, the longest first. What is no kernel is optimised less: it compiles
# faster, and the bits may not depend on that.
calls() {
    local kernel machine
    echo arm-alone.bits tests/arm/bits.cpp -O1
    echo arm.bits tests/arm/bits.cpp -O2 -DFASCIKIT_KERNELS
    echo here.bits tests/arm/bits.cpp -O1 -DFASCIKIT_KERNELS
    for machine in arm here; do echo "$machine.scene" tests/arm/scene.cpp -O1; done
    for kernel in src/kernels/*.cpp; do
        for machine in arm here; do echo "$machine.kernel-$(basename "$kernel" .cpp)" "$kernel" -O2; done
    done
}
ccache=$(command -v ccache || true)
export -f compile
export out cross ccache
calls | xargs -P "$jobs" -L 1 bash -c 'compile "$@" || exit 255' compile || fail "tests/arm could not be compiled"
g++ "$out"/here.*.o -o "$out/here"
"$cross" -static "$out"/arm.*.o -o "$out/arm"
"$cross" -static "$out/arm-alone.bits.o" "$out/arm.scene.o" -o "$out/arm-alone"

qemu-aarch64 "$out/arm-alone" >"$out/arm-alone.txt" & alone=$!
qemu-aarch64 "$out/arm" >"$out/arm.txt" || fail "the program of tests/arm failed on ARM"
wait "$alone" || fail "the header-only program of tests/arm failed on ARM"
"$out/here" >"$out/here.txt"
grep -qx "path neon" "$out/arm.txt" || fail "ARM did not take its NEON path"

# same REFERENCE OTHER: fails where something differs that the C library does not excuse.
same() {
    awk -v reference="$1" -v other="$2" '
        $1 == "path" { next }
        { key = $0; sub(/ [^ ]*$/, "", key) }
        NR == FNR { hash[key] = $NF; ++expected; next }
        { ++seen }
        !(key in hash) { print "ONLY IN " other ": " key; bad = 1; next }
        hash[key] == $NF { next }
        { differs[++count] = key }
        $1 == "libm" { library[$2]; names = names " " $2 }
        END {
            for (i = 1; i <= count; ++i) {
                split(differs[i], word, " ")
                if (word[1] == "libm") continue
                excused = 0
                parts = split(word[1], part, ",")
                for (p = 1; p <= parts; ++p) excused = excused || part[p] in library
                print (excused ? "last bits moved by the C library: " : "DIFFERENT BITS: ") differs[i]
                bad = bad || !excused
            }
            printf "%s: %d of %d hashes as %s%s\n", other, seen - count, expected, reference,
                   names == "" ? "" : "; the C libraries differ in" names
            exit bad || seen != expected || seen < 300
        }' "$out/$1" "$out/$2"
}
same arm.txt arm-alone.txt || fail "ARM gives other bits header-only than with the kernels"
same here.txt arm.txt || fail "ARM gives other bits than $(uname -m)"
