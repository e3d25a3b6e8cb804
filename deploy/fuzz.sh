#!/usr/bin/env bash
# Feeds the engines with what libFuzzer makes up, and checks what comes of it; see Docs/fuzzing.md.
#
#   deploy/fuzz.sh [all|TARGET] [SECONDS]   runs one target or all, 300 s each unless told otherwise
#   deploy/fuzz.sh TARGET FILE              runs one input again, as from Tests/Fuzz/Findings
#   deploy/fuzz.sh --short                  the short run of test.sh
#   deploy/fuzz.sh --keep                   takes what was found worth keeping into the corpus
#   deploy/fuzz.sh --list                   names the targets
#
# FUZZ_JOBS targets run at a time, one unless told otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/packages.sh

package=Tests/Fuzz
programs=$package/.build/debug
findings=$package/Findings
# What long runs have found; only what --keep takes over is committed.
found=$package/.build/corpus
export package programs findings found
# Swift's own report of a trap would take the signal from libFuzzer.
export SWIFT_BACKTRACE=enable=no

# has_runtime: whether this toolchain has libFuzzer and a linker that can use it.
has_runtime() {
  local resources
  resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
  compgen -G "$resources/clang/lib/linux/libclang_rt.fuzzer-$(uname -m).a" >/dev/null &&
    [ -x "$resources/../../bin/ld.lld" ]
}

# build PROGRAM...: builds the programs, each with some of the targets.
build() {
  local program
  say "building the fuzz targets (the first time takes some minutes on 2 cores)"
  for program in "$@"; do swift build --package-path "$package" --product "$program" >&2; done
  ulimit -c 0
}

# targets PROGRAM...: their targets, one in a line.
targets() {
  local program
  for program in "$@"; do "$programs/$program" --list; done
}

# program TARGET: the one that has it.
program() {
  case $1 in
    settings) echo "$programs/fuzz-settings" ;;
    *) echo "$programs/fuzz" ;;
  esac
}

# dictionary TARGET: the words its inputs are made of.
dictionary() {
  case $1 in
    rtsp-tunnel | ssdp) echo http ;;
    rtsp-*) echo rtsp ;;
    sdp) echo sdp ;;
    device-description) echo xml ;;
    camera-* | settings) echo camera ;;
    sora-*) echo sora ;;
  esac
}

# run TARGET LOG OPTION...: one run of libFuzzer, a finding ends it; prints a line of the table.
run() {
  local target=$1 log=$2 code=0 options=() started words
  shift 2
  started=$(date +%s)
  words=$package/Dictionaries/$(dictionary "$target").dict
  [ ! -f "$words" ] || options+=("-dict=$words")
  mkdir -p "$findings"
  "$(program "$target")" "--target=$target" "${options[@]}" "-timeout=${limit:-10}" -rss_limit_mb=512 \
    -print_final_stats=1 \
    "-artifact_prefix=$findings/$target-" "$@" >"$log" 2>&1 || code=$?
  local executions coverage seconds
  seconds=$(($(date +%s) - started))
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
  coverage=$(grep -aoE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$log" | tail -1 | tr -dc '0-9 ')
  # shellcheck disable=SC2086
  printf '%-20s %12s %9s %8s %8s %8s  %s\n' "$target" "${executions:-?}" \
    "$((${executions:-0} / (seconds > 0 ? seconds : 1)))" ${coverage:-? ? ?} \
    "$([ "$code" -eq 0 ] && echo none || echo "FOUND, see $log")"
  return "$code"
}

heading() {
  printf '%-20s %12s %9s %8s %8s %8s  %s\n' \
    target executions exec/s edges features inputs crashes
}

# long TARGET SECONDS
long() {
  mkdir -p "$found/$1"
  run "$1" "$found/$1.log" "-max_total_time=$2" "$found/$1" "$package/Corpus/$1"
}

# short TARGET: the committed inputs and some thousands more, the same ones every time.
#
# By the clock a machine that does much else may take long for little.
short() {
  local folder code=0 limit=60
  folder=$(mktemp -d)
  run "$1" "$folder.log" -seed=1 -runs=3000 -max_total_time=3 "$folder" "$package/Corpus/$1" ||
    code=$?
  if [ "$code" -ne 0 ]; then
    grep -am1 -A1 'Fatal error' "$folder.log" >&2 || tail -20 "$folder.log" >&2
    say "run it again: deploy/fuzz.sh $1 $(sed -n 's/.*written to //p' "$folder.log" | tail -1)"
  else
    rm -f "$folder.log"
  fi
  rm -rf "$folder"
  return "$code"
}

# keep TARGET: makes the smallest corpus that reaches what the present one and the found one do.
keep() {
  local folder=$found/$1.kept
  rm -rf "$folder" && mkdir -p "$folder" "$found/$1"
  "$(program "$1")" "--target=$1" -set_cover_merge=1 -use_counters=0 -timeout=5 \
    -max_len=2048 "$folder" "$package/Corpus/$1" \
    "$found/$1" >"$found/$1.merge.log" 2>&1
  rm -rf "$package/Corpus/$1" && mv "$folder" "$package/Corpus/$1"
}
export -f run long short keep dictionary program say

# each COMMAND ARGUMENT...: for every target given on standard input, FUZZ_JOBS at a time.
each() {
  xargs -P "${jobs:-1}" -I '{}' bash -c 'set -euo pipefail; "$@"' each "$1" '{}' "${@:2}"
}

if ! has_runtime; then
  say "fuzzing is skipped: this Swift toolchain has no libFuzzer for $(uname -m), or no lld"
  [ "${1:-}" = --short ] && exit 0 || exit 1
fi
jobs=${FUZZ_JOBS:-1}
all=(fuzz fuzz-settings)
code=0
case ${1:-all} in
  --list) build "${all[@]}" && targets "${all[@]}" ;;
  --keep)
    build "${all[@]}"
    targets "${all[@]}" | each keep
    du -sh --apparent-size "$package/Corpus"
    ;;
  --short)
    jobs=$(nproc)
    # What settings depend on takes longer to build than there is time for.
    build fuzz
    heading
    targets fuzz | each short || code=$?
    ;;
  *)
    [[ "${2:-300}" =~ ^[0-9]+$ || -f "$2" ]] || { say "neither seconds nor a file: $2"; exit 64; }
    build "${all[@]}"
    if [ -f "${2:-}" ]; then
      exec "$(program "$1")" "--target=$1" -timeout=5 -rss_limit_mb=512 "$2"
    fi
    heading
    if [ "${1:-all}" = all ]; then targets "${all[@]}"; else printf '%s\n' "$1"; fi |
      each long "${2:-300}" || code=$?
    ;;
esac
[ "$code" -eq 0 ] || say "there are findings in $findings; run one again: deploy/fuzz.sh TARGET FILE"
exit "$((code == 0 ? 0 : 1))"
