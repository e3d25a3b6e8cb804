#!/usr/bin/env python3
"""How fast a sleeping camera wakes for a viewer, and how little it is asked while it sleeps.

    ondemand.py path/to/liveview-bridge [--runs 5] [--idle-seconds 120] [--out ondemand.md]

The simulated camera answers as slowly as a NEX-5T does. Prints Markdown tables; exits 1 if a goal
is missed.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from loopback import Bridge, Camera, machine
from rtspprobe import Reader

parser = argparse.ArgumentParser()
parser.add_argument("binary")
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--idle-seconds", type=float, default=120)
parser.add_argument("--out")
options = parser.parse_args()
APPLICATIONS, DEPTHS = ("embedded", "installed"), ("liveview", "recMode")
GOALS = {"liveview": 1.5, "recMode": 8}
folder = tempfile.mkdtemp()


class Pair:
    """A camera and a bridge."""

    def __init__(self, number, application, mode, depth="liveview"):
        port = 32000 + number * 20
        self.application, self.mode, self.depth = application, mode, depth
        self.camera = Camera(
            options.binary, port, "--application", application, "--delay-scale", "1")
        self.log = open(os.path.join(folder, f"bridge-{number}.log"), "w")
        self.bridge = Bridge(
            options.binary, self.camera, port + 10, "--camera-mode", mode,
            "--camera-idle-seconds", "1", "--camera-sleep", depth, log=self.log)

    def fall_asleep(self):
        self.bridge.wait("asleep" if self.mode == "onDemand" else "receiving", 60)
        # Calls of the way to sleep are not those of sleep.
        time.sleep(2)

    def stop(self):
        self.bridge.stop()
        self.camera.stop()
        self.log.close()


# 1. Waking


def describe(url):
    reader = Reader(url).connect()
    status, _, _ = reader.request("DESCRIBE", headers=["Accept: application/sdp"])
    reader.close()
    if status != 200:
        raise RuntimeError(f"DESCRIBE: {status}")


def first_picture(url):
    """Connect to the last packet of the first IDR, without a decoder or a wait of its own."""
    reader = Reader(url).play()
    if not reader.pump(20, until=lambda r: r.first_idr_at):
        raise RuntimeError("no picture within 20 s")
    reader.teardown()


def snapshot(url):
    subprocess.run(
        [options.binary, "snapshot", "--timeout", "20", url, os.path.join(folder, "own.jpg")],
        check=True, stdout=subprocess.DEVNULL)


def ffmpeg(url):
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-rtsp_transport", "tcp", "-i", url,
         "-frames:v", "1", os.path.join(folder, "ffmpeg.jpg")],
        check=True, stdin=subprocess.DEVNULL, timeout=60)


WAYS = [
    ("answer to DESCRIBE", describe), ("first IDR complete", first_picture),
    ("`liveview-bridge snapshot`", snapshot), ("`ffmpeg -frames:v 1`", ffmpeg),
]


def waking(pair):
    """Seconds of each way, again and again from sleep."""
    times = {name: [] for name, _ in WAYS}
    for _ in range(options.runs):
        for name, way in WAYS:
            pair.fall_asleep()
            begin = time.monotonic()
            way(pair.bridge.url)
            times[name].append(time.monotonic() - begin)
    return times


# 2. Asking


def idle(pair, result):
    """Calls by method within some time, as the camera counts them, and the minutes it took."""
    pair.fall_asleep()
    # The first session's questions are over when there was time for all of them.
    time.sleep(10)
    begin, _ = pair.camera.calls()
    time.sleep(options.idle_seconds)
    now, calls = pair.camera.calls()
    counts = {}
    for call in calls:
        if call["arrivedMs"] >= begin and call["method"] != "GET":
            counts[call["method"]] = counts.get(call["method"], 0) + 1
    result[pair] = counts, (now - begin) / 60_000


def load(calls):
    """Most calls in flight, and the shortest time in ms from an answer to the next call.

    getEvent is left out of the latter: a held one is there beside the others.
    """
    calls = [call for call in calls if call["method"] != "GET"]
    flight = max(call["inFlight"] for call in calls)
    lane = [call for call in calls if call["method"] != "getEvent" and call["endedMs"] is not None]
    spaces = [later["arrivedMs"] - call["endedMs"] for call, later in zip(lane, lane[1:])]
    return flight, min(spaces) if spaces else None, len(calls)


text, missed = [], []


def tell(line=""):
    print(line, flush=True)
    text.append(line)


tell("# On demand")
tell()
tell(f"Simulated camera with a NEX-5T's delays, on {machine()}. {options.runs} runs each, every "
     "one from sleep; seconds.")
tell()
tell("| application | sleep | what | min | median | max | goal |")
tell("|---|---|---|---|---|---|---|")
loads = []
for number, (application, depth) in enumerate((a, d) for a in APPLICATIONS for d in DEPTHS):
    pair = Pair(number, application, "onDemand", depth)
    try:
        for name, times in waking(pair).items():
            goal = GOALS[depth] if "snapshot" in name else None
            if goal and max(times) > goal:
                missed.append(f"{application}, {depth}: {name} {max(times):.2f} s")
            tell(f"| {application} | {depth} | {name} | {min(times):.3f} | "
                 f"{statistics.median(times):.3f} | {max(times):.3f} | "
                 f"{f'{goal:g}' if goal else ''} |")
        loads.append((pair, f"{len(WAYS) * options.runs} times asleep and awake",
                      load(pair.camera.calls()[1])))
    finally:
        pair.stop()

pairs = [Pair(number, application, mode, depth) for number, (application, mode, depth) in enumerate(
    [(a, "onDemand", d) for a in APPLICATIONS for d in DEPTHS]
    + [(a, "always", "liveview") for a in APPLICATIONS])]
try:
    counted = {}
    threads = [threading.Thread(target=idle, args=(pair, counted)) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tell()
    tell(f"API calls a minute, counted by the camera over {options.idle_seconds:g} s with nobody "
         "watching:")
    tell()
    tell("| application | state | calls a minute | which |")
    tell("|---|---|---|---|")
    for pair in pairs:
        counts, minutes = counted[pair]
        state = f"asleep, `sleep: {pair.depth}`" if pair.mode == "onDemand" else "liveview runs"
        which = ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
        tell(f"| {pair.application} | {state} | {sum(counts.values()) / minutes:.1f} | {which} |")
        loads.append((pair, state, load(pair.camera.calls()[1])))
finally:
    for pair in pairs:
        pair.stop()

tell()
tell("Load, as the camera saw it (at most two calls at a time: one, and a held getEvent):")
tell()
tell("| application | what | calls | most at a time | shortest pause after an answer, ms |")
tell("|---|---|---|---|---|")
for pair, what, (flight, space, count) in loads:
    if flight > 2:
        missed.append(f"{pair.application}, {what}: {flight} calls at a time")
    tell(f"| {pair.application} | {what} | {count} | {flight} | "
         f"{'' if space is None else space} |")
tell()
tell("Goals missed: " + ("; ".join(missed) or "none"))
if options.out:
    with open(options.out, "w") as file:
        file.write("\n".join(text) + "\n")
sys.exit(1 if missed else 0)
