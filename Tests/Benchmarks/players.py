#!/usr/bin/env python3
"""What players make of the snapshot preamble: first picture, standing latency, recordings.

    players.py rtsp://127.0.0.1:8554/live/stream http://127.0.0.1:8088 [options]

The bridge must show the simulated camera, whose pictures carry numbers. Each player is started with
the URL as it is (with the preamble) and with `?start=live` in turns. Standing latency is how far
what the player shows lies behind the moment the camera took it, from 9 to 12 s after its first
picture. Players that are not installed are named and left out; nothing is installed.
"""
import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlparse

from numberedpictures import SIDE, STRIP_BYTES, STRIP_WIDTH, LiveCamera, Strips, end, number

CV2 = """
import cv2, sys
capture = cv2.VideoCapture(sys.argv[1])
left, top = int(sys.argv[2]), int(sys.argv[3])
while True:
    ok, picture = capture.read()
    if not ok: break
    strip = picture[top:top + 16, left:left + 512, 1]
    sys.stdout.buffer.write(strip.tobytes()); sys.stdout.buffer.flush()
"""
PYAV = """
import av, sys
left, top = int(sys.argv[2]), int(sys.argv[3])
for frame in av.open(sys.argv[1], options={"rtsp_transport": "tcp"}).decode(video=0):
    picture = frame.to_ndarray(format="gray")
    strip = picture[top:top + 16, left:left + 512]
    sys.stdout.buffer.write(strip.tobytes()); sys.stdout.buffer.flush()
"""


# -- players: each returns a context of Strips

def pipe_players(camera):
    """Players that hand out pictures: name, what they need, command for a URL."""
    raw = ["-an", "-vf", camera.crop, "-fps_mode", "passthrough", "-pix_fmt", "gray",
           "-f", "rawvideo", "-"]
    tcp = ["ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp"]

    def gstreamer(latency):
        return lambda url: [
            "gst-launch-1.0", "-q", "rtspsrc", f"location={url}", "protocols=tcp", *latency, "!",
            "rtph264depay", "!", "h264parse", "!", "avdec_h264", "!", "videocrop",
            f"left={camera.left}", f"right={camera.width - camera.left - STRIP_WIDTH}",
            f"top={camera.top}", f"bottom={camera.height - camera.top - SIDE}", "!",
            "videoconvert", "!", "video/x-raw,format=GRAY8", "!", "fdsink", "fd=1", "sync=true"]

    def script(text):
        return lambda url: [sys.executable, "-c", text, url, str(camera.left), str(camera.top)]

    return [
        ("ffmpeg", program("ffmpeg"), lambda url: tcp + ["-i", url] + raw),
        ("ffmpeg nobuffer", program("ffmpeg"),
         lambda url: tcp + ["-fflags", "nobuffer", "-flags", "low_delay", "-i", url] + raw),
        ("GStreamer", program("gst-launch-1.0"), gstreamer([])),
        ("GStreamer latency=0", program("gst-launch-1.0"), gstreamer(["latency=0"])),
        ("OpenCV", module("cv2"), script(CV2)),
        ("PyAV", module("av"), script(PYAV)),
    ]


def screen_players(camera):
    """Players that show a window: name, what they need, command for a URL."""
    size = ["-x", str(camera.width), "-y", str(camera.height), "-left", "0", "-top", "0"]
    ffplay = ["ffplay", "-v", "error", "-autoexit", "-noborder", "-rtsp_transport", "tcp", *size]
    mpv = ["mpv", "--no-config", "--really-quiet", "--no-osc", "--vo=x11", "--geometry=+0+0",
           "--no-border", "--rtsp-transport=tcp"]
    return [
        ("ffplay", program("ffplay", "Xvfb"), lambda url: ffplay + ["-i", url]),
        ("ffplay nobuffer", program("ffplay", "Xvfb"),
         lambda url: ffplay + ["-fflags", "nobuffer", "-flags", "low_delay", "-i", url]),
        ("mpv", program("mpv", "Xvfb"), lambda url: mpv + [url]),
        ("mpv low-latency", program("mpv", "Xvfb"),
         lambda url: mpv + ["--profile=low-latency", url]),
    ]


def program(*names):
    return next((name for name in names if not shutil.which(name)), None)


def module(name):
    test = subprocess.run([sys.executable, "-c", f"import {name}"], stderr=subprocess.DEVNULL)
    return None if test.returncode == 0 else f"the Python module {name}"


class Screen:
    """An X server without a screen, and a program that reads the strip from it."""

    def __init__(self, camera, display):
        self.environment = {"DISPLAY": f":{display}", "SDL_VIDEODRIVER": "x11"}
        size = f"{camera.width}x{camera.height}x24"
        self.server = subprocess.Popen(
            ["Xvfb", f":{display}", "-screen", "0", size, "-nolisten", "tcp"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 5
        while not os.path.exists(f"/tmp/.X11-unix/X{display}") and time.monotonic() < deadline:
            time.sleep(0.05)
        self.grab = ["ffmpeg", "-v", "error", "-f", "x11grab", "-draw_mouse", "0", "-framerate",
                     "60", "-video_size", f"{STRIP_WIDTH}x{SIDE}", "-i",
                     f":{display}+{camera.left},{camera.top}", "-fps_mode", "passthrough",
                     "-pix_fmt", "gray", "-f", "rawvideo", "-"]

    def close(self):
        end(self.server)


def watch(camera, command, seconds, screen):
    """Seconds until the first picture, and standing latency in seconds."""
    with camera:
        if screen:
            strips = Strips(screen.grab, screen.environment)
            time.sleep(0.5)  # the grabbing program has started
            started = time.monotonic()
            player = subprocess.Popen(
                command, env={**os.environ, **screen.environment}, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        else:
            strips = player = Strips(command)
            started = strips.started
        deadline = started + 15
        while not strips.pictures and time.monotonic() < deadline:
            time.sleep(0.01)
        if strips.pictures:
            time.sleep(max(0, strips.pictures[0][0] + seconds - time.monotonic()))
        if screen:
            end(player)
        strips.stop()
    if not strips.pictures:
        return None
    first = strips.pictures[0][0]
    shown = {}
    for moment, value in strips.pictures:
        shown.setdefault(value, moment)
    late = [(moment, value) for value, moment in shown.items()
            if first + seconds - 3 <= moment <= first + seconds]
    behind = camera.behind(late)
    if len(behind) < 3:
        return None
    return first - started, statistics.median(behind)


# -- recordings

RECORDINGS = [
    ("copy, mp4", ["-c", "copy"], "mp4"),
    ("copy, mkv", ["-c", "copy"], "mkv"),
    ("transcode, mp4", ["-c:v", "libx264", "-preset", "ultrafast"], "mp4"),
]


def record(camera, url, options, extension, folder):
    """What ffmpeg records in 5 s."""
    path = os.path.join(folder, "recording." + extension)
    with camera:
        begin = time.monotonic()
        run = subprocess.run(
            ["ffmpeg", "-y", "-v", "warning", "-nostdin", "-rtsp_transport", "tcp", "-i", url,
             *options, "-t", "5", path], stderr=subprocess.PIPE, text=True, timeout=40)
        took = time.monotonic() - begin
    warnings = [line for line in run.stderr.splitlines() if "deprecated pixel" not in line]
    probe = json.loads(subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration:frame=pts_time", "-of",
         "json", path], stdout=subprocess.PIPE).stdout)
    times = [float(frame["pts_time"]) for frame in probe["frames"]]
    raw = subprocess.run(
        ["ffmpeg", "-v", "fatal", "-i", path, "-vf", camera.crop, "-fps_mode", "passthrough",
         "-pix_fmt", "gray", "-f", "rawvideo", "-"], stdout=subprocess.PIPE).stdout
    numbers = [number(raw[i:i + STRIP_BYTES]) for i in range(0, len(raw), STRIP_BYTES)]
    # The last time of a number counts: before it there are its repeats.
    shown = dict(zip(numbers, times))
    offsets = [shown[value] - camera.taken[value] for value in shown if value in camera.taken]
    return {
        "took": took, "duration": float(probe["format"]["duration"]), "pictures": len(times),
        "different": len(set(numbers)), "warnings": warnings,
        "steps": min((b - a for a, b in zip(times, times[1:])), default=0),
        "spread": (max(offsets) - min(offsets)) if offsets else float("nan"),
    }


# -- snapshots

class CountingRelay:
    """Passes one TCP connection on, and counts what the server sends."""

    def __init__(self, host, port):
        self.target, self.count = (host, port), 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(self.target)
        threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
        self._pass(server, client, counting=True)

    def _pass(self, source, sink, counting=False):
        try:
            while data := source.recv(1 << 16):
                self.count += len(data) if counting else 0
                sink.sendall(data)
        except OSError:
            pass
        for end_ in (source, sink):
            end_.close()


def snapshot(url, folder):
    """Seconds `ffmpeg -frames:v 1` takes, and the bytes the server sent."""
    parts = urlparse(url)
    relay = CountingRelay(parts.hostname, parts.port or 554)
    relayed = url.replace(parts.netloc, f"127.0.0.1:{relay.port}")
    begin = time.monotonic()
    subprocess.run(
        ["ffmpeg", "-y", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", relayed,
         "-frames:v", "1", os.path.join(folder, "snapshot.jpg")], timeout=60)
    return time.monotonic() - begin, relay.count


# -- the tables

def ms(seconds):
    return f"{seconds * 1000:.0f}"


def player_table(camera, urls, arguments):
    print("| player | first picture, ms: preamble | live | standing latency, ms: preamble | live "
          "| difference |\n|---|---|---|---|---|---|")
    screen, worst = None, 0
    kinds = [(*entry, False) for entry in pipe_players(camera)]
    kinds += [(*entry, True) for entry in screen_players(camera)]
    for name, missing, command, on_screen in kinds:
        if arguments.only and not re.search(arguments.only, name):
            continue
        if missing:
            print(f"| {name} | {missing} is not installed | | | | |", flush=True)
            continue
        if on_screen and not screen:
            screen = Screen(camera, arguments.display)
        results = [[], []]
        for _ in range(arguments.rounds):
            for url, list_ in zip(urls, results):
                if result := watch(camera, command(url), arguments.seconds,
                                   screen if on_screen else None):
                    list_.append(result)
        if not all(results):
            print(f"| {name} | shows nothing | | | | |", flush=True)
            continue
        first, standing = ([[statistics.median(run[i] for run in list_)] for list_ in results]
                           for i in (0, 1))
        difference = standing[0][0] - standing[1][0]
        worst = max(worst, difference)
        print(f"| {name} | {ms(first[0][0])} | {ms(first[1][0])} | {ms(standing[0][0])} "
              f"| {ms(standing[1][0])} | {ms(difference)} |", flush=True)
    if screen:
        screen.close()
    return worst


def recording_table(camera, urls):
    print("\n| ffmpeg, 5 s | start | took, s | duration, s | pictures | different "
          "| shortest step, ms | time axis off by, ms | warnings |\n" + "|---" * 9 + "|")
    with tempfile.TemporaryDirectory() as folder:
        for name, options, extension in RECORDINGS:
            for start, url in zip(("preamble", "live"), urls):
                result = record(camera, url, options, extension, folder)
                warnings = result["warnings"]
                print(f"| {name} | {start} | {result['took']:.2f} | {result['duration']:.2f} "
                      f"| {result['pictures']} | {result['different']} | {ms(result['steps'])} "
                      f"| {ms(result['spread'])} | {len(warnings)} |", flush=True)
                for line in sorted(set(re.sub(r" @ 0x\w+", "", line) for line in warnings))[:4]:
                    print(f"<!-- {line} -->")


def snapshot_table(urls):
    print("\n| ffmpeg -frames:v 1 | seconds, median of 5 | bytes |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for start, url in zip(("preamble", "live"), urls):
            runs = []
            for _ in range(5):
                runs.append(snapshot(url, folder))
                time.sleep(0.7)
            print(f"| {start} | {statistics.median(run[0] for run in runs):.2f} "
                  f"| {statistics.median(run[1] for run in runs):.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="RTSP URL of the bridge")
    parser.add_argument("control", help="URL of its status pages, for /snapshot.jpg")
    parser.add_argument("--rounds", type=int, default=1, help="runs per player and start")
    parser.add_argument("--seconds", type=float, default=12, help="length of a run")
    parser.add_argument("--display", type=int, default=97, help="number for Xvfb")
    parser.add_argument("--only", help="players whose names match; no other tables")
    parser.add_argument("--limit-ms", type=float, default=100, help="most a player may lag more")
    arguments = parser.parse_args()
    if missing := program("ffmpeg", "ffprobe"):
        sys.exit(f"{missing} is not installed; it reads the pictures")
    camera = LiveCamera(arguments.control)
    urls = (arguments.url, arguments.url + "?start=live")
    worst = player_table(camera, urls, arguments)
    if not arguments.only:
        recording_table(camera, urls)
        snapshot_table(urls)
    print(f"\nmost a player lags more with the preamble: {ms(worst)} ms")
    sys.exit(worst * 1000 > arguments.limit_ms)


if __name__ == "__main__":
    main()
