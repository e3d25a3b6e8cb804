#!/usr/bin/env python3
"""An emulated network link between this network namespace and one of its own. Needs root.

Packets pass between two TUN devices through this process, which holds them back as a link with a
rate and a delay does. Commands on standard input, each answered with one line of JSON:

    set DOWN_KBPS UP_KBPS DELAY_MS    rates (0: no limit) and delay one way; counters start anew
    counters                          IP packets and bytes in both directions, and those dropped

"down" leads into the namespace. A direction's queue holds 1000 packets (netem's default), what
comes then is lost. Real packets travel, so TCP's own behaviour is part of what is measured; there
is no loss of other origin, no jitter and no reordering.
"""
import collections
import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import time

NAMESPACE = "lvbench"
SERVER, CLIENT = "10.87.7.1", "10.87.7.2"
DEVICES = ("lvbench0", "lvbench1")
QUEUE_LENGTH = 1000


class Direction:
    """One direction: packets wait for the wire, then fly for the delay."""

    def __init__(self, source, target):
        self.source, self.target = source, target
        self.set(0, 0)

    def set(self, kbps, delay):
        self.seconds_per_byte = 8 / (kbps * 1000) if kbps else 0
        self.delay = delay
        self.free_at = 0
        self.flying = collections.deque()
        self.packets = self.bytes = self.dropped = 0

    def waiting(self, now):
        """Packets that are not on the wire yet; those that fly need no room."""
        return sum(1 for due, _ in self.flying if due - self.delay > now)

    def take(self, now):
        while True:
            try:
                packet = os.read(self.source, 65536)
            except BlockingIOError:
                return
            if len(self.flying) >= QUEUE_LENGTH and self.waiting(now) >= QUEUE_LENGTH:
                self.dropped += 1
                continue
            self.free_at = max(now, self.free_at) + len(packet) * self.seconds_per_byte
            self.packets += 1
            self.bytes += len(packet)
            self.flying.append((self.free_at + self.delay, packet))

    def deliver(self, now):
        while self.flying and self.flying[0][0] <= now:
            os.write(self.target, self.flying.popleft()[1])

    def due(self):
        return self.flying[0][0] if self.flying else None

    def counters(self):
        return {"packets": self.packets, "bytes": self.bytes, "dropped": self.dropped}


def open_tun(name):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    # TUNSETIFF, with IFF_TUN | IFF_NO_PI.
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH", name.encode(), 0x1001))
    return tun


def run(*command):
    subprocess.run(command, check=True)


def make_devices():
    run("ip", "netns", "add", NAMESPACE)
    tuns = [open_tun(name) for name in DEVICES]
    run("ip", "link", "set", DEVICES[1], "netns", NAMESPACE)
    inside = ("ip", "-n", NAMESPACE)
    for command, device, own, other in (
            (("ip",), DEVICES[0], SERVER, CLIENT), (inside, DEVICES[1], CLIENT, SERVER)):
        run(*command, "addr", "add", own, "peer", other, "dev", device)
        run(*command, "link", "set", device, "up")
    run(*inside, "link", "set", "lo", "up")
    return tuns


def serve(outside, inside):
    down, up = Direction(outside, inside), Direction(inside, outside)
    while True:
        moments = [due for due in (down.due(), up.due()) if due is not None]
        wait = max(0, min(moments) - time.monotonic()) if moments else None
        ready, _, _ = select.select([outside, inside, 0], [], [], wait)
        now = time.monotonic()
        for direction in (down, up):
            if direction.source in ready:
                direction.take(now)
            direction.deliver(now)
        if 0 in ready:
            words = sys.stdin.readline().split()
            if not words:
                return
            if words[0] == "set":
                down.set(float(words[1]), float(words[3]) / 1000)
                up.set(float(words[2]), float(words[3]) / 1000)
            print(json.dumps({"down": down.counters(), "up": up.counters()}), flush=True)


class Link:
    """The emulator as a process of its own."""

    def __init__(self):
        subprocess.run(["ip", "netns", "del", NAMESPACE], stderr=subprocess.DEVNULL)
        self.process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.set(0, 0, 0)

    def _say(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the link cannot be made: it needs root and /dev/net/tun")
        return json.loads(line)

    def set(self, down_kbps, up_kbps, delay_ms):
        return self._say(f"set {down_kbps} {up_kbps} {delay_ms}")

    def counters(self):
        return self._say("counters")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=5)
        subprocess.run(["ip", "netns", "del", NAMESPACE], stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    serve(*make_devices())
