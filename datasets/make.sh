#!/usr/bin/env bash
# Makes the small recordings in datasets/simulated again: the same bytes on every machine.
#   bash datasets/make.sh [FOLDER]        with `fascikit` on the PATH, or in FASCIKIT_PROGRAM
set -euo pipefail
folder=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/simulated}
program=${FASCIKIT_PROGRAM:-fascikit}
mkdir -p "$folder"
# name, seconds, set: together below 1 MB
while read -r name seconds set; do
    "$program" simulate "$name" "$folder/$name.edf" --seed 1 --duration-s "$seconds" --set "$set" --force
done <<'RECORDINGS'
calf 15 tuning
multiplets 20 reporting
myokymia 20 tuning
needle 10 tuning
RECORDINGS
