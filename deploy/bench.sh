#!/usr/bin/env bash
# Measures the bridge beside ffmpeg, GStreamer and gst-rtsp-server in one run, prints tables and
# writes Docs/benchmarks.md and the README's part of it. Takes about 40 minutes.
#
#   deploy/bench.sh [--binary FILE] [--codec-loop FILE] [OPTION...]
#
#   --binary FILE      measure this release build instead of building one
#   --codec-loop FILE  the same for the program of Tests/Benchmarks
#   --quick            about 10 minutes, coarser
#   --only LIST        some of: cpu,quality,latency,joins,snapshot,fanout
#   --out FILE         write there, and leave the README alone
#   --note TEXT        a sentence about this run, for the tables
#
# The emulated links need root; without, they are left out. Beside other work on the machine use
# `chrt -r 1 deploy/bench.sh`: everything measured, peers included, then goes first.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/packages.sh

binary='' codec_loop='' out='' arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    --binary) binary=$2; shift 2 ;;
    --codec-loop) codec_loop=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --quick) arguments+=("$1"); shift ;;
    --only | --note | --first-port | --json) arguments+=("$1" "$2"); shift 2 ;;
    *) sed -n '2,16s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
  esac
done

need_packages python3 gcc libc6-dev ffmpeg iproute2 gstreamer1.0-tools gstreamer1.0-plugins-base \
  gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly \
  gir1.2-gst-rtsp-server-1.0 python3-gi

# What is measured must not wait for a compiler that our own priority holds up.
build() { chrt -o 0 nice -n 0 swift build -c release "$@" >&2; }

if [ -z "$binary" ]; then
  need_packages "${build_packages[@]}"
  need_swift
  say "building"
  build --product liveview-bridge
  binary=.build/release/liveview-bridge
fi
if [ -z "$codec_loop" ]; then
  need_packages "${build_packages[@]}"
  need_swift
  say "building the codec loop"
  build --package-path Tests/Benchmarks --product codec-loop
  codec_loop=Tests/Benchmarks/.build/release/codec-loop
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
gcc -O2 -Wall -Wextra -pthread -o "$folder/rtsp-readers" Tests/Benchmarks/rtsp-readers/*.c

python3 Tests/Benchmarks/bench.py "$binary" "$codec_loop" "$folder/rtsp-readers" \
  --out "${out:-Docs/benchmarks.md}" "${arguments[@]}"
[ -n "$out" ] || python3 Tests/Benchmarks/report.py --write
