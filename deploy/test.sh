#!/usr/bin/env bash
# Sets up and runs all tests: format, build without warnings, unit tests over real sockets and
# codecs, end-to-end tests with ffmpeg and GStreamer, and a moment of fuzzing. Arguments go to
# `swift test`.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/packages.sh

need_packages "${build_packages[@]}" ffmpeg curl python3 iproute2 \
  gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
  gstreamer1.0-plugins-bad gstreamer1.0-libav
need_swift

say "checking that the README quotes the measurements"
python3 Tests/Benchmarks/report.py --check

say "checking the format"
swift format lint --recursive --strict Package.swift Sources Tests

say "building (the first time takes 4 to 8 minutes on 2 cores)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests 2>&1 | tee "$log"
if grep -E "$PWD/(Sources|Tests)/.*warning:" "$log"; then
  say "the compiler warns about our own code; see above"
  exit 1
fi

# Real programs and codecs on few cores: more tests at a time would only wait for each other.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4

# run_tests ARGUMENT...: a test that hangs must not hold up whoever waits for the answer.
run_tests() {
  timeout --kill-after=30 1500 swift test --skip-build "$@" || {
    code=$?
    [ "$code" -ne 124 ] || say "the tests did not end within 25 minutes"
    exit "$code"
  }
}

if [ $# -gt 0 ]; then
  say "testing"
  run_tests "$@"
  exit
fi
# Those that measure outages, keep the bridge busy, or change the machine's network, have the
# machine for themselves.
alone='FaultTableTests|NetworkNamespaceTests|StrictCheckerTests|RTPPushReceptionTests'
alone="$alone|SoraPushReceptionTests"
say "testing"
run_tests --skip "$alone"
say "testing faults, what strange clients do, and the network between two namespaces"
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=1
run_tests --filter "$alone"
say "fuzzing the engines for a moment"
timeout --kill-after=30 1200 deploy/fuzz.sh --short
