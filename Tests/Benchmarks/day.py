#!/usr/bin/env python3
"""A simulated camera's day, with viewers attached from its first minute to its last.

    day.py path/to/liveview-bridge [--scenario day.json] [--out day]

The camera plays the scenario on loopback. One ffmpeg reads the RTSP stream over TCP all day, one
socket receives the RTP push, and every hour of the day somebody takes a picture with ffmpeg.
Writes into the folder `--out`:

    day.log     what the bridge said, in full
    camera.log  what happened to the camera, and when
    day.md      the report, also printed; the two logs beside each other at its end
    samples.csv the bridge's state every two seconds

Exits 1 if the RTSP session was lost or the RTP push had a gap in its sequence numbers.
"""
import argparse
import csv
import datetime
import json
import os
import re
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

from loopback import Bridge, Camera, end, machine

parser = argparse.ArgumentParser()
parser.add_argument("binary")
parser.add_argument(
    "--scenario", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "day.json"))
parser.add_argument("--out", default="day")
options = parser.parse_args()
CAMERA, BRIDGE, RTP = 31000, 31010, 31020
SAMPLE_SECONDS, LONG_PAUSE, SNAPSHOT_LIMIT = 2, 1.5, 10
os.makedirs(options.out, exist_ok=True)


def path(name):
    return os.path.join(options.out, name)


class Day:
    """The scenario's clock."""

    def __init__(self, scenario):
        plan = json.load(open(scenario))
        self.scale, self.events = plan["timeScale"], len(plan["events"])
        self.first = self.seconds(plan["events"][0]["at"])
        self.length = (self.seconds(plan["events"][-1]["at"]) - self.first) / self.scale
        self.began = None

    @staticmethod
    def seconds(clock):
        parts = [int(part) for part in clock.split(":")]
        return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)

    def clock(self, moment):
        """Time of the day at a moment of time.time()."""
        second = int(self.first + (moment - self.began) * self.scale)
        return f"{second // 3600:02}:{second // 60 % 60:02}"


class CameraLog(threading.Thread):
    """Keeps what the simulated camera says, with the time at which it says so."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.lines, self.over = stream, [], threading.Event()

    def run(self):
        with open(path("camera.log"), "w") as file:
            for line in self.stream:
                now = time.time()
                if re.match(r"\d\d:\d\d:\d\d ", line):
                    # The first event is the scenario's beginning.
                    day.began = day.began or now
                    self.lines.append((now, line.strip()))
                file.write(f"{utc(now)} {line}")
                file.flush()
                if line.startswith("The scenario is over"):
                    self.over.set()


class Receiver(threading.Thread):
    """Takes the RTP push: what arrives, what is missing, how long nothing comes."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", RTP))
        self.socket.settimeout(1)
        self.packets = self.bytes = self.pictures = self.gaps = self.missing = self.backward = 0
        self.ssrcs, self.pauses, self.stopped = set(), [], threading.Event()

    def run(self):
        sequence = stamp = last = None
        while not self.stopped.is_set():
            try:
                packet = self.socket.recv(65536)
            except socket.timeout:
                continue
            now = time.time()
            _, marker, number, rtp_time, ssrc = struct.unpack("!BBHII", packet[:12])
            if sequence is not None and number != (sequence + 1) & 0xFFFF:
                self.gaps += 1
                self.missing += (number - sequence - 1) & 0xFFFF
            if stamp is not None and (rtp_time - stamp) & 0x80000000:
                self.backward += 1
            sequence, stamp = number, rtp_time
            self.ssrcs.add(ssrc)
            self.packets += 1
            self.bytes += len(packet)
            if marker & 0x80:
                self.pictures += 1
                if last is not None:
                    self.pauses.append((now - last, last))
                last = now

    def stop(self):
        self.stopped.set()
        self.join()


class Guest(threading.Thread):
    """Takes a picture every hour of the day, as a person or Soracom would."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.taken, self.failed, self.stopped = url, [], [], threading.Event()

    def run(self):
        number = 1
        while not self.stopped.wait(day.began + number * 3600 / day.scale - time.time()):
            begin = time.time()
            try:
                code = subprocess.run(
                    ["ffmpeg", "-nostdin", "-v", "error", "-y", "-rtsp_transport", "tcp",
                     "-i", self.url, "-frames:v", "1", path("snapshot.jpg")],
                    stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60).returncode
            except subprocess.TimeoutExpired:
                code = None
            took = time.time() - begin
            (self.failed if code else self.taken).append((took, begin))
            number = int((time.time() - day.began) * day.scale / 3600) + 1


def utc(moment):
    text = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    return text.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(line):
    """When a line of the bridge's log was written; None for its greeting."""
    found = re.match(r"(\d{4}-\d\d-\d\dT[\d:.]+)Z ", line)
    return found and datetime.datetime.fromisoformat(found[1] + "+00:00").timestamp()


def sample():
    """One row of figures of this moment."""
    cpu, rss, descriptors, threads = bridge.usage()
    status = bridge.status()
    parts = status["components"]
    return {
        "time": time.time(), "clock": day.clock(time.time()), "rssKB": rss,
        "descriptors": descriptors, "threads": threads, "cpuSeconds": cpu,
        "state": parts["camera"]["state"], "activity": parts["camera"]["activity"],
        "presence": status["viewing"]["presence"],
        "awayReason": status["viewing"]["awayReason"] or "",
        "isOffline": status["viewing"]["isOffline"], "pictures": parts["camera"]["pictures"],
        "streams": parts["camera"]["streams"], "sessions": parts["camera"]["sessions"],
        "stalls": parts["camera"]["stalls"],
        "picturesCorrupt": parts["encoder"]["picturesCorrupt"],
        "picturesReplaced": parts["encoder"]["picturesReplaced"],
        "picturesEncoded": parts["encoder"]["picturesEncoded"],
        "offlinePictures": status["viewing"]["offlinePictures"],
        "offlinePeriods": status["viewing"]["offlinePeriods"],
        "viewers": parts["rtsp"]["viewerCount"],
    }


def reader_end():
    """How the reader ended before its time; by a signal, somebody else was at work."""
    code = reader.returncode
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    left = [line for line in log if "viewer left" in line and f"={reader_address} " in line]
    when = f" at {day.clock(moment(left[0]))}" if left else ""
    return f"NO: {how}{when}"


def report():
    """The report in Markdown."""
    first, last = samples[0], samples[-1]
    seconds = last["time"] - first["time"]
    pauses = sorted(receiver.pauses, reverse=True)
    levels = {}
    for line in log:
        if moment(line):
            levels[line.split()[1]] = levels.get(line.split()[1], 0) + 1
    took = [time for time, _ in guest.taken]
    late = [(time, at) for time, at in guest.taken if time > SNAPSHOT_LIMIT] + guest.failed
    offline = sum(1 for row in samples if row["isOffline"])

    def rss(select):
        return f"{select('rssKB') / 1024:.1f} MB"

    def peak(key):
        return max(row[key] for row in samples)

    rows = [
        ("length", f"{day.events} events, {seconds / 60:.1f} minutes, "
                   f"{day.scale:g} times as fast as a clock"),
        ("pictures from the camera", last["pictures"]),
        ("of them unusable / replaced by a newer one before they were encoded",
         f"{last['picturesCorrupt']} / {last['picturesReplaced']}"),
        ("pictures encoded", last["picturesEncoded"]),
        ("of them offline pictures", f"{last['offlinePictures']} in {last['offlinePeriods']} "
                                     f"periods, {100 * offline / len(samples):.0f} % of the day"),
        ("RTP push: pictures out", receiver.pictures),
        ("RTP push: packets", f"{receiver.packets}, {receiver.bytes / 1e6:.0f} MB"),
        ("RTP push: gaps in sequence numbers", f"{receiver.gaps} ({receiver.missing} packets)"),
        ("RTP push: SSRCs, steps backward in time", f"{len(receiver.ssrcs)}, {receiver.backward}"),
        ("RTP push: longest pause between pictures",
         f"{pauses[0][0]:.2f} s at {day.clock(pauses[0][1])}"),
        (f"RTP push: pauses above {LONG_PAUSE} s",
         "; ".join(f"{pause:.2f} s at {day.clock(at)}" for pause, at in pauses[:8]
                   if pause > LONG_PAUSE) or "none"),
        ("camera sessions (reconnects)", f"{last['sessions']} ({last['sessions'] - 1})"),
        ("liveview streams opened", last["streams"]),
        ("stalls", last["stalls"]),
        ("RTSP reader's session survived", "yes" if survived else reader_end()),
        ("RTSP reader: pictures", reader_pictures),
        ("RTSP reader: complaints", len(complaints)),
        ("snapshots taken / failed", f"{len(guest.taken)} / {len(guest.failed)}"),
        ("snapshots: median, longest",
         f"{statistics.median(took):.2f} s, {max(took):.2f} s" if took else "none"),
        (f"snapshots failed or above {SNAPSHOT_LIMIT} s",
         "; ".join(f"{time:.1f} s at {day.clock(at)}" for time, at in late) or "none"),
        ("resident memory: start, end, most",
         f"{rss(first.get)}, {rss(last.get)}, {rss(peak)}"),
        ("open descriptors: start, end, most",
         f"{first['descriptors']}, {last['descriptors']}, {peak('descriptors')}"),
        ("threads: start, end, most",
         f"{first['threads']}, {last['threads']}, {peak('threads')}"),
        ("CPU", f"{last['cpuSeconds'] - first['cpuSeconds']:.1f} s, "
                f"{100 * (last['cpuSeconds'] - first['cpuSeconds']) / seconds:.1f} % of a core"),
        ("lines of the log", f"{sum(levels.values())}: "
                             + ", ".join(f"{count} {level}" for level, count in levels.items())),
        ("status pages asked for / not answered", f"{len(samples) + unanswered} / {unanswered}"),
        ("end", f"exit code {exit_code} after {exit_seconds:.2f} s"),
    ]
    lines = [f"# The simulated day, {utc(time.time())[:10]}", "",
             f"`{os.path.basename(options.scenario)}` on {machine()}. Start and end are the first "
             "and the last sample with all viewers attached.", "", "| what | figure |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in rows]
    lines += ["", "## What happened, and what the log said", "",
              "Times are the day's; indented lines are the operator's log, in full.", "", "```"]
    told = [(moment(line), "", line.split("Z ", 1)[1]) for line in log if moment(line)]
    # The camera says what it did when it is done; what follows from it may be told sooner.
    done = [(at - 0.1, *line.split(" ", 1)) for at, line in camera_log.lines]
    clock = ""
    for at, planned, line in sorted(told + done):
        clock = planned[:5] or max(clock, day.clock(at))
        lines.append(f"{clock} {line}" if planned else f"    {clock} {line}")
    return "\n".join(lines + ["```", ""])


day = Day(options.scenario)
camera = Camera(options.binary, CAMERA, "--application", "installed", "--scenario",
                options.scenario, stdout=subprocess.PIPE)
camera_log = CameraLog(camera.process.stdout)
camera_log.start()
receiver = Receiver()
receiver.start()
log_file = open(path("day.log"), "w")
bridge = Bridge(
    options.binary, camera, BRIDGE, "--outputs-rtp-push-targets", "receiver",
    "--outputs-rtp-push-receiver-address", "127.0.0.1",
    "--outputs-rtp-push-receiver-port", str(RTP), log=log_file)
complaint_file = open(path("reader.log"), "w")
reader = subprocess.Popen(
    ["ffmpeg", "-nostdin", "-v", "warning", "-rtsp_transport", "tcp", "-i", bridge.url,
     "-map", "0:v", "-c", "copy", "-progress", path("reader-progress.txt"), "-stats_period", "5",
     "-f", "null", "-"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=complaint_file)
guest = Guest(bridge.url)
samples, unanswered = [], 0
try:
    while day.began is None:
        time.sleep(0.05)
    guest.start()
    # The start is when everybody has joined, not when the process begins.
    time.sleep(8)
    settled = None
    while settled is None or time.time() < settled + 20:
        try:
            samples.append(sample())
        except OSError:
            unanswered += 1
            if bridge.process.poll() is not None:
                break
        if camera_log.over.is_set():
            settled = settled or time.time()
        if time.time() > day.began + day.length + 120:
            print("the scenario does not end", file=sys.stderr)
            break
        time.sleep(SAMPLE_SECONDS)
    samples.append(sample())
    receiver.stop()
    survived = reader.poll() is None
finally:
    guest.stopped.set()
    guest.join() if guest.is_alive() else None
    end(reader)
    exit_code, exit_seconds = bridge.stop()
    camera.stop()
    log_file.close()
    complaint_file.close()

log = open(path("day.log")).read().splitlines()
# It is the first to come.
joined = [re.search(r"viewer joined .*viewer=(\S+)", line) for line in log]
reader_address = next((found[1] for found in joined if found), None)
complaints = [line for line in open(path("reader.log")) if line.strip()]
frames = re.findall(r"frame=\s*(\d+)", open(path("reader-progress.txt")).read())
reader_pictures = frames[-1] if frames else 0
os.remove(path("reader-progress.txt"))
with open(path("samples.csv"), "w", newline="") as file:
    writer = csv.DictWriter(file, samples[0].keys())
    writer.writeheader()
    writer.writerows(samples)
text = report()
with open(path("day.md"), "w") as file:
    file.write(text)
print(text)
sys.exit(0 if survived and not receiver.gaps and not exit_code else 1)
