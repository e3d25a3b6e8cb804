"""A whole `ffmpeg -frames:v 1` process: time and bytes, on loopback and over emulated links."""
import os
import statistics
import subprocess
import threading
import time

from link import NAMESPACE, SERVER, Link
from loopback import Bridge, Camera, ScriptedCamera
from peers import GstServer

KBPS, KEYFRAME_SECONDS = 2000, 2
# Title, kbit/s to the client and back, ms one way, goal in seconds.
LINKS = [
    ("1 Mbit/s, 60 ms one way", 1000, 1000, 60, 2),
    ("3 Mbit/s, 40 ms one way", 3000, 3000, 40, 1),
]
LIMIT_SECONDS = 60


def ffmpeg(bench, url, prefix=()):
    """Seconds of the whole process; nothing may be left to a cache or an earlier run."""
    picture = bench.file("snapshot.jpg")
    if os.path.exists(picture):
        os.unlink(picture)
    begin = time.monotonic()
    process = subprocess.Popen(
        [*prefix, "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", url,
         "-frames:v", "1", "-y", picture], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # Popen.wait with a time limit looks every 50 ms only.
    limit = threading.Timer(LIMIT_SECONDS, process.kill)
    limit.start()
    code = process.wait()
    took = time.monotonic() - begin
    limit.cancel()
    if code or os.path.getsize(picture) < 1000:
        raise RuntimeError(f"ffmpeg wrote no picture, exit code {code}")
    return took


def spread(times):
    return [f"{value:.2f}" for value in (min(times), statistics.median(times), max(times))]


def options(*more):
    return ["--log-level", "warning", "--encoder-bitrate-kbps", str(KBPS),
            "--encoder-keyframe-interval-seconds", str(KEYFRAME_SECONDS), *more]


def on_loopback(bench, rows, goals):
    runs = bench.times(10, 3)
    for fps in (25, 2, 1):
        camera = ScriptedCamera(bench.binary, bench.pictures.folder, bench.ports(), fps)
        bridge = Bridge(bench.binary, camera, bench.ports(), *options())
        gst = GstServer(bench.pictures, bench.ports(), fps, KBPS, KEYFRAME_SECONDS)
        try:
            bridge.wait("receiving")
            times = {"liveview-bridge": [], "gst-rtsp-server": []}
            for number in range(runs):
                times["liveview-bridge"].append(ffmpeg(bench, bridge.url))
                if fps == 25 or number < 3:
                    times["gst-rtsp-server"].append(ffmpeg(bench, gst.url))
                time.sleep(0.5)
        finally:
            bridge.stop()
            camera.stop()
            gst.stop()
        for name, values in times.items():
            rows.append([f"loopback, {fps} fps", name, str(len(values)), *spread(values), ""])
            bench.say(" ".join(rows[-1]))
        own, peer = (statistics.median(values) for values in times.values())
        if fps > 1:
            goals.append([f"ffmpeg snapshot, loopback, {fps} fps, s", own, "≤", 0.25, peer])


def without_a_stream(bench, rows):
    """The camera sleeps until somebody looks, or is not there at all."""
    runs = bench.times(5, 2)
    camera = Camera(bench.binary, bench.ports(), "--delay-scale", "1")
    bridge = Bridge(bench.binary, camera, bench.ports(), *options(
        "--camera-mode", "onDemand", "--camera-idle-seconds", "1"))
    try:
        times = []
        for _ in range(runs):
            bridge.wait("asleep", 60)
            # Longer than a picture passes for live, and the calls of the way to sleep are over.
            time.sleep(3)
            times.append(ffmpeg(bench, bridge.url))
        rows.append(["loopback, the camera sleeps before each", "liveview-bridge", str(runs),
                     *spread(times), ""])
        bench.say(" ".join(rows[-1]))
        camera.stop()
        time.sleep(6)
        times = [ffmpeg(bench, bridge.url) for _ in range(runs)]
        rows.append(["loopback, no camera (slate)", "liveview-bridge", str(runs), *spread(times),
                     ""])
        bench.say(" ".join(rows[-1]))
    finally:
        bridge.stop()
        camera.stop()


def over_links(bench, rows, goals):
    runs = bench.times(12, 3)
    inside = ["ip", "netns", "exec", NAMESPACE]
    camera = ScriptedCamera(bench.binary, bench.pictures.folder, bench.ports(), 25)
    bridge = Bridge(bench.binary, camera, bench.ports(), *options(), address="0.0.0.0")
    gst = GstServer(bench.pictures, bench.ports(), 25, KBPS, KEYFRAME_SECONDS, "0.0.0.0")
    link = Link()
    try:
        bridge.wait("receiving")
        urls = {name: url.replace("127.0.0.1", SERVER) for name, url in (
            ("liveview-bridge", bridge.url), ("gst-rtsp-server", gst.url))}
        for title, down, up, delay, goal in [("link without limits", 0, 0, 0, None), *LINKS]:
            times, sizes = {name: [] for name in urls}, {name: [] for name in urls}
            for _ in range(runs):
                for name, url in urls.items():
                    link.set(down, up, delay)
                    times[name].append(ffmpeg(bench, url, inside))
                    counters = link.counters()
                    sizes[name].append(
                        (counters["down"]["bytes"] + counters["up"]["bytes"]) / 1000)
                    time.sleep(0.5)
            for name in urls:
                rows.append([title, name, str(runs), *spread(times[name]),
                             f"{statistics.median(sizes[name]):.0f}"])
                bench.say(" ".join(rows[-1]))
            if goal:
                own, peer = (statistics.median(values) for values in times.values())
                goals.append([f"ffmpeg snapshot, {title}, s", own, "≤", goal, peer])
    finally:
        link.stop()
        bridge.stop()
        camera.stop()
        gst.stop()


def measure(bench):
    rows, goals = [], []
    on_loopback(bench, rows, goals)
    without_a_stream(bench, rows)
    if os.geteuid() == 0:
        over_links(bench, rows, goals)
    else:
        bench.say("the emulated links need root and are left out")
    return {
        "title": "Snapshot with ffmpeg",
        "text": "Wall time in seconds of the whole process `ffmpeg -rtsp_transport tcp -i URL "
        "-frames:v 1 -y out.jpg`, start of the program included. Servers take turns. The links "
        "are emulated between two network namespaces (`link.py`): rate limit and delay in both "
        "directions, no loss; kB are all IP bytes of one run in both directions.",
        "columns": ["path", "server", "runs", "min", "median", "max", "kB"],
        "rows": rows,
        "goals": goals,
    }
