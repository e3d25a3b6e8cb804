#!/usr/bin/env bash
# Shows on this machine that the bridge keeps to the camera's interface, leaves the default route
# alone, and finds the camera again whatever the network does.
#
#   sudo deploy/network/test-namespaces.sh .build/release/liveview-bridge
#   sudo deploy/network/test-namespaces.sh --check      says only whether this machine can do it
#
#   namespace camera               namespace gateway                namespace uplink
#   simulated ILCE-6000            liveview-bridge run              viewer (ffmpeg)
#   192.168.122.1 ── ap0 ═ camera0 ── 192.168.122.184               simulated DECOY
#                                  192.168.122.50 ── uplink0 ═ net0 ── 192.168.122.1
#                                  10.64.0.2, default route            10.64.0.1
#
# The uplink has a network with the camera's very addresses, which the routes prefer, and another
# camera in it. Only a socket kept to its device finds the right one. Needs root, iproute2, ffmpeg
# and util-linux; changes nothing outside of its namespaces and removes them in any case.
#
# Prints a report. Exit code 0 if everything holds; 1 if something does not, the last line says
# what; 77 if this machine cannot do it.
set -euo pipefail

cannot() {
  echo "cannot run here: $*"
  exit 77
}
[ $# = 1 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
[ "$(id -u)" = 0 ] || cannot "needs root"
for tool in ip ffmpeg setpriv; do
  command -v "$tool" >/dev/null || cannot "needs $tool"
done
probe=lvb-probe-$$
trap 'ip netns del $probe 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
{ ip netns add $probe && ip netns exec $probe true; } 2>/dev/null ||
  cannot "no right to make network namespaces"
{ ip -n $probe link add probe0 type veth peer name probe1; } 2>/dev/null ||
  cannot "no virtual Ethernet (veth)"
ip netns del $probe
[ "$1" != --check ] || exit 0

bridge=$(realpath "$1")
[ -x "$bridge" ] || { echo "failed: no program at $1"; exit 1; }

camera=lvb-camera-$$
gateway=lvb-gateway-$$
uplink=lvb-uplink-$$
work=$(mktemp -d)
log=$work/bridge.log
pids=()
failed=()
summary=()

clean_up() {
  local pid name
  for pid in "${pids[@]}"; do end "$pid"; done
  for name in $gateway $camera $uplink; do ip netns del "$name" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean_up EXIT

# --- Words of the report ----------------------------------------------------------------------
title() { printf '\n== %s\n' "$*"; }
line() { printf '   %s\n' "$*"; }
holds() { # what, command...
  local what=$1
  shift
  if "$@"; then
    line "yes  $what"
  else
    line "NO   $what"
    failed+=("$what")
  fi
}
give_up() {
  [ ! -f "$log" ] || sed 's/^/   /' "$log"
  echo "failed: $*"
  exit 1
}

# --- Looking ----------------------------------------------------------------------------------
milliseconds() { local now=${EPOCHREALTIME/[.,]/}; echo $((now / 1000)); }
lines() { wc -l <"$1"; }
new_lines() { tail -n +"$(($2 + 1))" "$1"; }
routes() { # when
  line "routes of the gateway $1:"
  ip -n "$gateway" -4 route | sed 's/ *$//; s/^/     /'
}
default_route() { ip -n "$gateway" -4 route show default; }
packets_sent() { # interface of the gateway
  ip -n "$gateway" -s link show "$1" | awk '/TX:/ { getline; print $2 }'
}
# Connections the uplink has accepted; nobody listens there but the decoy.
connections_to_decoy() {
  ip netns exec "$uplink" awk '/^Tcp:/ && !n { for (i = 1; i <= NF; i++) if ($i == "PassiveOpens") n = i
    next } /^Tcp:/ { print $n }' /proc/net/snmp
}
is_absent() { ! grep -q "$1" "$2"; }

# Waits until file $1 has a line like $3 behind line $2, at most 20 s; $took says how many
# milliseconds that was after the moment $4, or `never`.
await() {
  local i
  for i in $(seq 800); do
    took=$(($(milliseconds) - $4))
    new_lines "$1" "$2" | grep -qE "$3" && return
    sleep 0.025
  done
  took=never
}
# Which camera they are of, the connections to the decoy tell. What comes often is written at the
# level debug only.
pictures='liveview (started|is back) '
lost='liveview lost|session failed|state=(waiting|retrying)'
frames() { sed -n 's/^frame=//p' "$work/viewer.progress" 2>/dev/null | tail -1; }
# More than an offline picture every second could make up.
sees_pictures() {
  local i since
  since=$(frames)
  for i in $(seq 100); do
    sleep 0.05
    [ "$(frames)" -le "$((${since:-0} + 15))" ] || return 0
  done
  return 1
}

# --- Acting -----------------------------------------------------------------------------------
# Starts a simulated camera and leaves its process in $simulated.
simulate() { # namespace, address, name, more options...
  local output=$work/simulated-$RANDOM.log namespace=$1 address=$2 name=$3
  shift 3
  ip netns exec "$namespace" "$bridge" simulate --address "$address" --name "$name" \
    --delay-scale 0.05 "$@" >"$output" 2>&1 &
  simulated=$!
  pids+=("$simulated")
  await "$output" 0 '^ *API:' "$(milliseconds)"
  [ "$took" != never ] || { cat "$output"; give_up "the simulated camera did not start"; }
}
# Asks a program of this script to end, and makes it after 3 s. The number of one that has ended may
# be somebody else's by now.
end() {
  local i
  jobs -rp | grep -qx "$1" || { wait "$1" 2>/dev/null || true; return 0; }
  kill "$1" 2>/dev/null || true
  for i in $(seq 60); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.05
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# --- Topology ---------------------------------------------------------------------------------
for name in $camera $gateway $uplink; do
  ip netns add "$name"
  # Neighbour discovery would disturb the packet counts.
  ip netns exec "$name" sh -c 'for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done' \
    2>/dev/null || true
  ip -n "$name" link set lo up
done
# Loose, as systemd sets it: strict checks would drop answers from a network that is there twice.
ip netns exec "$gateway" \
  sh -c 'for f in all default; do echo 2 >/proc/sys/net/ipv4/conf/$f/rp_filter; done'
ip -n "$gateway" link add uplink0 type veth peer name net0 netns "$uplink"
ip -n "$uplink" addr add 10.64.0.1/24 dev net0
ip -n "$uplink" addr add 192.168.122.1/24 dev net0
ip -n "$uplink" link set net0 up
ip -n "$gateway" addr add 10.64.0.2/24 dev uplink0
ip -n "$gateway" addr add 192.168.122.50/24 dev uplink0
ip -n "$gateway" link set uplink0 up
ip -n "$gateway" route add default via 10.64.0.1 dev uplink0
simulate "$uplink" 192.168.122.1 DECOY

title "before: no camera0, no bridge"
routes before
route_before=$(default_route)

# --- The interface comes late -----------------------------------------------------------------
title "the bridge starts before there is an interface camera0"
uplink_before=$(packets_sent uplink0)
# Without any capability, not even the one the service has.
ip netns exec "$gateway" setpriv --bounding-set=-all --inh-caps=-all --no-new-privs \
  "$bridge" run --camera-interface camera0 --outputs-rtsp-listen-address 0.0.0.0 \
  --control-enabled false --log-level debug >"$log" 2>&1 &
bridge_process=$!
pids+=("$bridge_process")
await "$log" 0 'interface camera0' "$(milliseconds)"
[ "$took" != never ] || give_up "the bridge does not wait for the interface"
sleep 2
holds "it waits and says so once" [ "$(grep -v ' debug ' "$log" | grep -c 'interface camera0')" = 1 ]
mark=$(lines "$log")
ip -n "$gateway" link add camera0 type veth peer name ap0 netns "$camera"
ip -n "$camera" addr add 192.168.122.1/24 dev ap0
ip -n "$camera" link set ap0 up
camera_before=$(packets_sent camera0)
# Behind uplink0's network of the same addresses: what follows the routes goes the wrong way.
ip -n "$gateway" link set camera0 up
ip -n "$gateway" addr add 192.168.122.184/24 dev camera0 metric 600
start=$(milliseconds)
await "$log" "$mark" 'searching for a camera on interface camera0' "$start"
holds "it searches $took ms after camera0 has an address" [ "$took" != never ]
sleep 4

title "searching on camera0, the only camera is the decoy behind uplink0"
line "packets sent: camera0 $(($(packets_sent camera0) - camera_before))," \
  "uplink0 $(($(packets_sent uplink0) - uplink_before))"
holds "searches went out on camera0" [ "$(packets_sent camera0)" -gt "$camera_before" ]
holds "not one packet went out on uplink0" [ "$(packets_sent uplink0)" = "$uplink_before" ]
holds "the decoy was not found" is_absent DECOY "$log"

# --- Pictures ---------------------------------------------------------------------------------
title "the camera is switched on"
mark=$(lines "$log")
simulate "$camera" 192.168.122.1 ILCE-6000
real=$simulated
start=$(milliseconds)
await "$log" "$mark" "$pictures" "$start"
holds "pictures $took ms after the camera could serve" [ "$took" != never ]
sleep 1
holds "still not one packet went out on uplink0" [ "$(packets_sent uplink0)" = "$uplink_before" ]
ip netns exec "$uplink" ffmpeg -nostdin -v error -rtsp_transport tcp -stats_period 0.1 \
  -progress "$work/viewer.progress" -i rtsp://10.64.0.2:8554/live/stream -f null - \
  >"$work/viewer.log" 2>&1 &
viewer=$!
pids+=("$viewer")
for i in $(seq 200); do [ -z "$(frames)" ] || break; sleep 0.05; done
holds "a viewer behind uplink0 sees them" sees_pictures
routes during
holds "default route untouched" [ "$(default_route)" = "$route_before" ]

# --- Outages ----------------------------------------------------------------------------------
# The camera can serve again from the end of the last command on.
outage() { # title, how to break it, how to mend it
  local mark start noticed
  title "$1"
  mark=$(lines "$log")
  start=$(milliseconds)
  eval "$2"
  await "$log" "$mark" "$lost" "$start"
  noticed=$took
  sleep 2
  mark=$(lines "$log")
  eval "$3"
  start=$(milliseconds)
  await "$log" "$mark" "$pictures" "$start"
  line "the bridge noticed after $noticed ms"
  holds "pictures $took ms after the camera could serve again" [ "$took" != never ]
  holds "the viewer sees them" sees_pictures
  holds "its session was never lost" kill -0 "$viewer"
  holds "default route untouched" [ "$(default_route)" = "$route_before" ]
  summary+=("$(printf '%-58s %8s %8s' "$1" "$noticed" "$took")")
}
outage "camera0 goes down and up" \
  "ip -n $gateway link set camera0 down" "ip -n $gateway link set camera0 up"
outage "the camera's network vanishes and comes back" \
  "ip -n $camera link set ap0 down" "ip -n $camera link set ap0 up"
outage "camera0 gets another address" \
  "ip -n $gateway addr flush dev camera0" \
  "ip -n $gateway addr add 192.168.122.77/24 dev camera0 metric 600"
outage "camera0 is unplugged and plugged in" \
  "ip -n $gateway link del camera0" \
  "ip -n $gateway link add camera0 type veth peer name ap0 netns $camera
   ip -n $camera addr add 192.168.122.1/24 dev ap0
   ip -n $camera link set ap0 up
   ip -n $gateway link set camera0 up
   ip -n $gateway addr add 192.168.122.184/24 dev camera0 metric 600"
outage "the camera is restarted" \
  "end \$real" "simulate $camera 192.168.122.1 ILCE-6000; real=\$simulated"
outage "the camera comes back at another address and port" \
  "end \$real; ip -n $camera addr flush dev ap0" \
  "ip -n $camera addr add 192.168.122.5/24 dev ap0
   simulate $camera 192.168.122.5 ILCE-6000 --api-port 8090 --description-port 61005
   real=\$simulated"
outage "another model takes its place at the usual address" \
  "end \$real; ip -n $camera addr flush dev ap0" \
  "ip -n $camera addr add 192.168.122.1/24 dev ap0
   simulate $camera 192.168.122.1 ILCE-5100 --application installed; real=\$simulated"

# --- The end ----------------------------------------------------------------------------------
title "to the end"
holds "the decoy was never found" is_absent DECOY "$log"
holds "the decoy never got a connection" [ "$(connections_to_decoy)" = 0 ]
end "$viewer"
end "$bridge_process"
title "after: bridge stopped"
routes after
holds "default route untouched" [ "$(default_route)" = "$route_before" ]

title "the other way round: a search that keeps to no interface"
found=$(ip netns exec "$gateway" "$bridge" discover --seconds 4 2>&1 || true)
holds "the routes lead it to the decoy: the test can fail" grep -q DECOY <<<"$found"
found=$(ip netns exec "$gateway" "$bridge" discover --seconds 4 --interface camera0 2>&1 || true)
holds "kept to camera0, it finds the camera" grep -q ILCE-5100 <<<"$found"
holds "and nothing else" is_absent DECOY /dev/stdin <<<"$found"

title "the bridge's log"
grep -v ' debug ' "$log" | sed 's/^/   /'

title "times in milliseconds"
line "$(printf '%-58s %8s %8s' outage noticed back)"
for row in "${summary[@]}"; do line "$row"; done
echo
if [ ${#failed[@]} != 0 ]; then
  echo "failed: ${failed[0]}$([ ${#failed[@]} = 1 ] || echo ", and $((${#failed[@]} - 1)) more")"
  exit 1
fi
echo "all checks hold"
