#!/usr/bin/env python3
"""First complete IDR after connect: many joins at random moments.

    joins.py rtsp://127.0.0.1:8554/live/stream [joins] [--with-viewer]

With --with-viewer another viewer watches all the time, and must not lose anything.
"""
import random
import sys
import threading
import time

from rtspprobe import Reader, percentile

url = sys.argv[1]
count = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 50
stop = threading.Event()
other = None
if "--with-viewer" in sys.argv:
    other = Reader(url).play()

    def watch():
        while not stop.is_set():
            other.pump(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()

from_connect, from_play, faults = [], [], []
random.seed(7)
for _ in range(count):
    time.sleep(random.uniform(0.2, 1.2))
    reader = Reader(url)
    reader.connect()
    reader.play()
    played = time.monotonic()
    if not reader.pump(10, until=lambda r: r.first_idr_at):
        faults.append("no IDR within 10 s")
        continue
    from_connect.append((reader.first_idr_at - reader.started) * 1000)
    from_play.append((reader.first_idr_at - played) * 1000)
    faults += reader.faults
    reader.teardown()
for name, values in (("connect", from_connect), ("PLAY answer", from_play)):
    print(f"first complete IDR after {name}: p50 {percentile(values, .5):.1f} ms, "
          f"p90 {percentile(values, .9):.1f} ms, p99 {percentile(values, .99):.1f} ms, "
          f"max {max(values):.1f} ms ({len(values)} joins)")
print("faults:", faults or "none")
if other:
    stop.set()
    watcher.join()
    print(f"the other viewer: {other.pictures} pictures, {other.idrs} IDRs, "
          f"longest gap {max(other.gaps) * 1000:.0f} ms, faults: {other.faults or 'none'}")
    other.teardown()
