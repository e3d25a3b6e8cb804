#!/usr/bin/env bash
# Sets up and runs the bridge. Arguments are settings: deploy/run.sh --outputs-rtsp-listen-port 554
# With no camera in reach it uses the built-in simulated one, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/packages.sh

need_packages "${build_packages[@]}"
need_swift

# The build directory's own name for the newest release build, without asking SwiftPM (slow).
binary=.build/release/liveview-bridge
if [ ! -x "$binary" ] || [ -n "$(find Package.swift Sources -newer "$binary" -print -quit)" ]; then
  [ -x "$binary" ] || say "building for the first time: 5 to 8 minutes on 2 cores, then never again"
  swift build -c release --product liveview-bridge >&2
  touch "$binary"
fi

export LIVEVIEW_BRIDGE_CAMERA_SIMULATED="${LIVEVIEW_BRIDGE_CAMERA_SIMULATED:-whenAbsent}"
exec "$binary" run --config config.json "$@"
