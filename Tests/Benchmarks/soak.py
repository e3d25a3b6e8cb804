#!/usr/bin/env python3
"""Viewers come and go while the camera vanishes again and again.

    soak.py path/to/liveview-bridge [--minutes 20] [--vanish 10]

Starts a simulated camera and the bridge as processes of their own; "vanish" is SIGKILL of the
camera. Two viewers, one TCP and one UDP, stay attached all the time and must see one SSRC,
continuous sequence numbers and forward timestamps. Prints a table and exits 1 on any fault.
"""
import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time

from rtspprobe import Reader, percentile, process_usage

parser = argparse.ArgumentParser()
parser.add_argument("binary")
parser.add_argument("--minutes", type=float, default=20)
parser.add_argument("--vanish", type=int, default=10)
parser.add_argument("--log", default="soak-bridge.log")
options = parser.parse_args()
API, DESCRIPTION, RTSP = 18080, 18061, 18554
random.seed(3)


def start_camera():
    process = subprocess.Popen(
        [options.binary, "simulate", "--api-port", str(API), "--description-port", str(DESCRIPTION),
         "--no-discovery"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while "API:" not in process.stdout.readline():
        if process.poll() is not None:
            sys.exit("the simulated camera does not start")
    return process, time.monotonic()


camera, _ = start_camera()
log = open(options.log, "w")
bridge = subprocess.Popen(
    [options.binary, "run", "--camera-url", f"http://127.0.0.1:{DESCRIPTION}/scalarwebapi_dd.xml",
     "--outputs-rtsp-listen-port", str(RTSP), "--outputs-rtsp-listen-address", "127.0.0.1",
     "--control-listen-port", "18088"], stdout=log, stderr=log)
url = f"rtsp://127.0.0.1:{RTSP}/live/stream"
time.sleep(3)
stop = threading.Event()
faults = []


class Attached(threading.Thread):
    def __init__(self, udp):
        super().__init__()
        self.udp, self.reader = udp, Reader(url, udp=udp)
        self.times = []
        self.reader.play()

    def run(self):
        seen = 0
        while not stop.is_set():
            try:
                self.reader.pump(0.1)
            except Exception as problem:
                faults.append(f"attached viewer ({'UDP' if self.udp else 'TCP'}): {problem}")
                return
            if self.reader.pictures > seen:
                self.times += [time.monotonic()] * (self.reader.pictures - seen)
                seen = self.reader.pictures


def guests():
    while not stop.is_set():
        time.sleep(random.uniform(0.2, 2))
        try:
            guest = Reader(url, udp=random.random() < 0.4).play()
            guest.pump(random.uniform(0.1, 6))
            guest.teardown() if random.random() < 0.7 else guest.close()
            faults.extend(f"guest: {fault}" for fault in guest.faults)
            counts["guests"] += 1
        except Exception as problem:
            faults.append(f"guest: {problem}")


counts = {"guests": 0}
attached = [Attached(False), Attached(True)]
for viewer in attached:
    viewer.start()
threads = [threading.Thread(target=guests) for _ in range(3)]
time.sleep(5)
at_start = process_usage(bridge.pid)
for thread in threads:
    thread.start()

end = time.monotonic() + options.minutes * 60
slot = options.minutes * 60 / options.vanish
comebacks = []
for number in range(options.vanish):
    time.sleep(random.uniform(0.2, 0.5) * slot)
    camera.send_signal(signal.SIGKILL)
    camera.wait()
    time.sleep(random.uniform(2, 15))
    camera, returned = start_camera()
    # Back means a stream again: five pictures within half a second.
    while time.monotonic() < returned + 30:
        recent = [t for t in attached[0].times if t > returned]
        if any(recent[i + 4] - recent[i] < 0.5 for i in range(len(recent) - 4)):
            first = next(recent[i] for i in range(len(recent) - 4) if recent[i + 4] - recent[i] < 0.5)
            comebacks.append(first - returned)
            break
        time.sleep(0.05)
    else:
        faults.append(f"no pictures within 30 s of return {number + 1}")
    left = end - (options.vanish - number - 1) * slot - time.monotonic()
    if left > 0:
        time.sleep(left)
stop.set()
for thread in threads + attached:
    thread.join()
time.sleep(3)
at_end = process_usage(bridge.pid)
for viewer in attached:
    reader, name = viewer.reader, "UDP" if viewer.udp else "TCP"
    faults += [f"attached {name}: {fault}" for fault in reader.faults]
    if len(reader.ssrcs) != 1:
        faults.append(f"attached {name}: SSRCs {reader.ssrcs}")
    print(f"attached {name}: {reader.pictures} pictures, {reader.idrs} IDRs, {reader.reports} sender "
          f"reports, SSRCs {len(reader.ssrcs)}, {reader.bytes / 1e6:.0f} MB")
    try:
        reader.teardown()
    except Exception as problem:
        faults.append(f"attached {name}: TEARDOWN: {problem}")
time.sleep(2)
after = process_usage(bridge.pid)
begin = time.monotonic()
bridge.send_signal(signal.SIGTERM)
code = bridge.wait(timeout=10)
print(f"guests: {counts['guests']}")
print(f"comebacks: {len(comebacks)} of {options.vanish}, p50 {percentile(comebacks, .5):.2f} s, "
      f"max {max(comebacks):.2f} s")
for name, usage in (("start", at_start), ("end", at_end), ("no viewers", after)):
    print(f"{name}: cpu {usage[0]:.1f} s, RSS {usage[1]} kB, descriptors {usage[2]}, threads {usage[3]}")
print(f"SIGTERM: exit code {code} after {time.monotonic() - begin:.2f} s")
print("faults:", len(faults))
for fault in faults[:20]:
    print("  ", fault)
camera.kill()
sys.exit(1 if faults or code else 0)
