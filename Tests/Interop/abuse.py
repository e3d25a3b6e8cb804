#!/usr/bin/env python3
"""Misuses an RTSP server in every way a hostile network knows, while another reader watches.

    abuse.py HOST PORT PATH --pid PID [--user U --password P] [--only TEXT] [--stall 60]
             [--cycles 10000] [--half-open 1000]

One line per case: whether the server is alive, the other reader's gaps and losses, memory and
descriptors before and after. The exit code is the number of cases with a fault. Attacks come from
many addresses of 127.0.0.0/8, so that limits per address do not hide the others.
"""
import argparse
import os
import random
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from watcher import Process, Watcher  # noqa: E402
from wire import Closed, Connection, Fail, expect, udp_pair  # noqa: E402

ATTACKS = []


def attack(name):
    def add(function):
        ATTACKS.append((name, function))
        return function
    return add


class Target:
    def __init__(self, options):
        self.options, self.address = options, (options.host, options.port)
        self.url = f"rtsp://{options.host}:{options.port}/{options.path.strip('/')}"
        self.login = (options.user, options.password) if options.user else None
        self.notes = []

    def note(self, text):
        self.notes.append(text)

    def raw(self, number=0, timeout=10.0):
        """A bare connection from one of many loopback addresses; None if it is not taken."""
        sock = socket.socket()
        sock.settimeout(timeout)
        try:
            if self.options.host.startswith("127."):
                sock.bind((f"127.0.{1 + number // 250 % 250}.{1 + number % 250}", 0))
            sock.connect(self.address)
        except OSError:
            sock.close()
            return None
        return sock

    def connect(self, **options):
        return Connection(self.address, self.url, self.login, **options)

    def playing(self, transport="RTP/AVP/TCP;unicast;interleaved=0-1", **options):
        c = self.connect(**options)
        c.set_up(self.url + "/trackID=0", transport)
        c.play()
        return c


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def push(sock, data, limit):
    """Sends `data` again and again up to `limit` bytes; returns how much was taken."""
    sent = 0
    try:
        while sent < limit:
            sent += sock.send(data)
    except OSError:
        pass
    return sent


@attack("nothing at all, for comparison")
def nothing(t):
    time.sleep(10)


@attack("half-open connections")
def half_open(t):
    socks = []
    for number in range(t.options.half_open):
        sock = t.raw(number)
        if sock:
            try:
                sock.sendall(b"OPTIONS rtsp://x RTSP/1.0\r\nCSeq: 1\r\n"[:number % 40])
            except OSError:
                pass
            socks.append(sock)
    time.sleep(12)
    still = 0
    for sock in socks:
        sock.setblocking(False)
        try:
            while sock.recv(4096):
                pass
        except BlockingIOError:
            still += 1
        except OSError:
            pass
        sock.close()
    t.note(f"{len(socks)} opened, {still} still open after 12 s")
    if still:
        raise Fail(f"{still} half-open connections kept")


def flood(t, opening, data, name):
    taken = 0
    for number in range(20):
        sock = t.raw(number)
        if sock:
            sock.settimeout(2)
            try:
                sock.sendall(opening)
            except OSError:
                continue
            taken += push(sock, data, 32 << 20)
            sock.close()
    t.note(f"{taken >> 20} MB of {name} taken in 20 connections")


@attack("endless lines")
def endless_lines(t):
    flood(t, b"OPTIONS rtsp://", b"x" * 65_536, "line")


@attack("endless headers")
def endless_headers(t):
    flood(t, b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n", b"A: b\r\n" * 10_000, "headers")
    flood(t, b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nA: b\r\n", b" c\r\n" * 10_000, "folded lines")


@attack("lies about Content-Length")
def length_lies(t):
    socks = []
    values = ["-1", "99999999999999999999", "2147483647", "1e9", "0x7f", "16384", "262144", "1", ""]
    for number in range(100):
        sock = t.raw(number)
        if sock:
            value = values[number % len(values)]
            sock.sendall(f"SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: {value}\r\n\r\n"
                         .encode())
            socks.append(sock)
    time.sleep(1)
    for sock in socks[::2]:
        push(sock, b"z" * 65_536, 1 << 20)
    for sock in socks:
        sock.close()


@attack("interleaved floods")
def interleaved_flood(t):
    taken = 0
    for number in range(6):
        c = t.playing()
        channel = (0, 1, 2, 77, 254, 255)[number]
        frame = b"$" + bytes([channel]) + b"\xff\xff" + os.urandom(65_535)
        c.sock.settimeout(1)
        taken += push(c.sock, frame, 64 << 20)
        c.reset()
    t.note(f"{taken >> 20} MB taken of 384")


@attack("tiny interleaved frames and RTCP garbage")
def tiny_frames(t):
    c = t.playing()
    c.sock.settimeout(1)
    frames = b"".join(b"$\x01\0\x08" + os.urandom(8) for _ in range(5000))
    taken = push(c.sock, frames, 16 << 20)
    t.note(f"{taken >> 10} kB taken")
    c.reset()


@attack("guessing of session ids")
def guessing(t):
    owner = t.playing()
    thief = t.connect(timeout=20)
    chance, refused = random.Random(4), 0
    for _ in range(200):
        batch, first = b"", thief.cseq + 1
        for index in range(100):
            name = f"{chance.getrandbits(128):032x}" if index % 2 else owner.session[:-1] + "xyz0"[index % 4]
            batch += thief.compose("TEARDOWN", headers=[f"Session: {name}"])
        thief.send(batch)
        for number in range(first, first + 100):
            refused += expect(thief.answer(number), 454).code == 454
        owner.quiet(0.01)
    owner.frames.clear()
    owner.frame(channel=0)
    expect(owner.in_session("GET_PARAMETER"), 200)
    t.note(f"{refused} guesses refused")
    owner.close()
    thief.close()


@attack("spoofed destinations")
def spoofed(t):
    port, pair = udp_pair()
    victim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    victim.bind(("127.0.0.77", port))
    victim.settimeout(1)
    c = t.connect()
    c.set_up(t.url + "/trackID=0", "RTP/AVP;unicast;destination=127.0.0.77;source=127.0.0.77;"
             f"client_port={port}-{port + 1}")
    c.play()
    pair[0].recv(2000)
    try:
        victim.recv(2000)
        raise Fail("packets at the spoofed destination")
    except TimeoutError:
        pass
    for ports in ("53-54", "123-124", "1-2"):
        answer = t.connect().request("SETUP", t.url + "/trackID=0", [
            f"Transport: RTP/AVP;unicast;client_port={ports}"])
        expect(answer, 461, 400)
    c.close()


@attack("forged RTCP from elsewhere")
def forged(t):
    port, pair = udp_pair()
    c = t.connect()
    answer = c.set_up(t.url + "/trackID=0", f"RTP/AVP;unicast;client_port={port}-{port + 1}")
    server = int(answer["Transport"].split("server_port=")[1].split("-")[1].split(";")[0])
    c.play()
    forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    forger.bind(("127.0.0.88", 0))
    ssrc = pair[0].recv(2000)[8:12]
    for _ in range(20_000):
        forger.sendto(b"\x81\xcb\0\x01" + ssrc, (t.options.host, server))
        forger.sendto(os.urandom(200), (t.options.host, server - 1))
    end = time.monotonic() + 1
    while time.monotonic() < end:
        pair[0].recv(2000)
    c.close()


@attack("answers left unread")
def unread(t):
    c = t.connect(receive_buffer=4096)
    c.sock.settimeout(2)
    taken = push(c.sock, c.compose("OPTIONS") * 500, 256 << 20)
    t.note(f"{taken >> 10} kB of requests taken")
    c.reset()


@attack("random bytes on 2,000 connections")
def noise(t):
    chance = random.Random(7)
    for number in range(2000):
        sock = t.raw(number)
        if not sock:
            continue
        try:
            start = (b"", b"OPTIONS ", b"$", b"GET ", b"RTSP/1.0 ")[number % 5]
            sock.sendall(start + chance.randbytes(chance.randrange(1, 3000)))
        except OSError:
            pass
        (reset if number % 2 else socket.socket.close)(sock)


@attack("connect/disconnect cycles")
def cycles(t):
    started, refused = time.monotonic(), 0
    for number in range(t.options.cycles):
        if number % 50 == 49:
            c = t.playing()
            c.frame(channel=0)
            c.reset()
            continue
        sock = t.raw(number)
        if not sock:
            refused += 1
            continue
        if number % 10 == 9:
            sock.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        (reset if number % 3 else socket.socket.close)(sock)
    took = time.monotonic() - started
    t.note(f"{t.options.cycles} in {took:.1f} s, {refused} not taken")


@attack("stalled readers")
def stalled(t):
    readers = [t.playing(receive_buffer=4096) for _ in range(4)]
    started = time.monotonic()
    time.sleep(t.options.stall)
    for c in readers:
        c.sock.setblocking(False)
        taken = 0
        try:
            while data := c.sock.recv(1 << 20):
                taken += len(data)
            end = "cut"
        except BlockingIOError:
            end = "open"
        except OSError:
            end = "cut"
        c.close()
    t.note(f"4 readers stalled for {time.monotonic() - started:.0f} s, then {end}, "
           f"{taken >> 10} kB left in the kernel")


def run(t, name, function, watcher, process):
    t.notes = []
    rss, descriptors, faults = process.rss(), process.descriptors(), []
    watcher.begin()
    started, cpu = time.monotonic(), process.cpu()
    try:
        function(t)
    except (Fail, Closed, OSError) as error:
        faults.append(f"{type(error).__name__}: {error}")
    settled = process.settle(descriptors)
    took, used = time.monotonic() - started, process.cpu() - cpu
    count, _, p99, worst, losses = watcher.result()
    try:
        c = t.connect()
        expect(c.request("OPTIONS"), 200)
        c.close()
    except (Fail, Closed, OSError) as error:
        faults.append(f"not alive: {error}")
    faults += losses
    after, left = process.rss(), process.descriptors()
    time.sleep(0.5)
    left = min(left, process.descriptors())
    if worst > t.options.gap:
        faults.append(f"gap of {worst:.0f} ms")
    if left > descriptors:
        faults.append(f"{left - descriptors} descriptors more")
    if after > rss + t.options.growth:
        faults.append(f"{after - rss:.0f} MB more")
    print(f"{'FAIL' if faults else 'PASS'} {name}: {took:.1f} s, processor {used / took * 100:.0f} %, "
          f"other reader {count} pictures, gap p99 {p99:.0f} worst {worst:.0f} ms, "
          f"RSS {rss:.1f} -> {after:.1f} MB, descriptors {descriptors} -> {left} "
          f"({settled:.1f} s)" + "".join(f"; {n}" for n in t.notes)
          + "".join(f"; FAULT {f}" for f in faults), flush=True)
    return bool(faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("--pid", type=int, required=True, help="the server's process")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--only", help="cases whose name contains this text")
    parser.add_argument("--stall", type=float, default=60, help="seconds")
    parser.add_argument("--cycles", type=int, default=10_000)
    parser.add_argument("--half-open", type=int, default=1000)
    parser.add_argument("--gap", type=float, default=500, help="ms the other reader may wait")
    parser.add_argument("--growth", type=float, default=16, help="MB of memory a case may leave")
    options = parser.parse_args()
    target, process = Target(options), Process(options.pid)
    watcher = Watcher(target.address, target.url, target.login)
    time.sleep(3)
    faulty = sum(run(target, name, function, watcher, process) for name, function in ATTACKS
                 if not options.only or options.only in name)
    watcher.stop()
    return faulty


if __name__ == "__main__":
    sys.exit(main())
