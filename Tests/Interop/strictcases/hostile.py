"""What a server on the Internet meets: limits, floods, other protocols."""
import random
import socket
import time

from rtpcheck import Stream
from wire import Closed, Fail, expect

from .registry import case


def refused(s, data, *codes, timeout=5):
    """These bytes are answered with one of the codes (or the end), then the connection ends."""
    c = s.connect()
    try:
        c.send(data)
        answer = c.raw_answer(timeout)
    except (Closed, ConnectionError, BrokenPipeError):
        return
    expect(answer, *codes)
    if not c.closes_within(3):
        raise Fail("still open although the end of the message is unknown")


def kept(s, data, *codes):
    """These bytes are answered with one of the codes, and the connection stays."""
    c = s.connect()
    c.send(data)
    expect(c.raw_answer(), *codes)
    c.cseq = 500
    s.alive(c)


def head(s, *lines, method="OPTIONS", url=None):
    return ("\r\n".join([f"{method} {url or s.url} RTSP/1.0", "CSeq: 1", *lines]) + "\r\n\r\n")


@case("limits: 64 headers are fine, thousands are not")
def _(s):
    expect(s.connect().request("OPTIONS", headers=[f"X-{n}: {n}" for n in range(62)]), 200)
    refused(s, head(s, *[f"X-{n}: {n}" for n in range(1500)]), 400, 431)
    refused(s, head(s, *["a: b"] * 20_000), 400, 431)


@case("limits: a head of 7 kB is fine, one of more than 8 kB is 400")
def _(s):
    expect(s.connect().request("OPTIONS", headers=["X: " + "x" * 7000]), 200)
    refused(s, head(s, "X: " + "x" * 9000), 400, 431)


@case("limits: a line without end")
def _(s):
    refused(s, "OPTIONS rtsp://" + "x" * 100_000, 400, 414)
    refused(s, "A" * 1_000_000, 400)


@case("limits: an endless line is not swallowed for ever", slow=True)
def _(s):
    c = s.connect()
    sent = 0
    try:
        while sent < 64 << 20:
            c.send(b"y" * 65_536)
            sent += 65_536
    except (ConnectionError, TimeoutError):
        pass
    if sent >= 64 << 20:
        raise Fail("64 MB taken")


@case("limits: a long method is 400 or 501")
def _(s):
    kept(s, head(s, method="X" * 40), 400, 501)
    kept(s, head(s, method="X" * 2000), 400, 501)


@case("limits: a URL of 2000 bytes is fine, of 4000 is 414")
def _(s):
    expect(s.connect().request("DESCRIBE", s.url + "?" + "x" * (2000 - len(s.url))), 200)
    kept(s, head(s, url=s.url + "?" + "x" * 4000, method="DESCRIBE"), 414)


@case("Content-Length: negative, huge, signed, hex, fraction, two different")
def _(s):
    for line in ("-1", "+5", "0x10", "1.5", "abc", "", "99999999999999999999", "2147483648",
                 "4294967296", "18446744073709551615", "5 5", "5, 6"):
        refused(s, head(s, f"Content-Length: {line}"), 400, 413)
    refused(s, head(s, "Content-Length: 5", "Content-Length: 6") + "hello!", 400)


@case("Content-Length: twice the same is fine")
def _(s):
    kept(s, head(s, "Content-Length: 2", "Content-Length: 2") + "ok", 200)


@case("Content-Length: the body is skipped, whatever it holds")
def _(s):
    for body in (b"\r\n\r\n", b"$\0\0\1x", b"OPTIONS * RTSP/1.0\r\nCSeq: 99\r\n\r\n", b"\0" * 16_000):
        c = s.connect()
        expect(c.request("OPTIONS", body=body), 200)
        s.alive(c)


@case("Content-Length: too much is 413")
def _(s):
    c = s.connect()
    c.send(head(s, "Content-Length: 100000", method="SET_PARAMETER"))
    c.send(b"z" * 100_000)
    expect(c.answer(1), 413)
    c.cseq = 10
    s.alive(c)
    refused(s, head(s, "Content-Length: 1000000000"), 413)


@case("a broken request with a body: the next one is read in its place")
def _(s):
    c = s.connect()
    for start in (f"FLY {s.url} RTSP/1.0", f"OPTIONS {s.url} RTSP/2.0", "nonsense"):
        c.send(f"{start}\r\nCSeq: 3\r\nContent-Length: 5\r\n\r\nhello")
        expect(c.answer(3), 400, 501, 505)
        s.alive(c)


@case("interleaved data before SETUP")
def _(s):
    c = s.connect()
    try:
        c.send(b"$\0\0\4abcd" + c.compose("OPTIONS"))
        answer = c.raw_answer()
        if answer.code == 400 and not c.closes_within(3):
            raise Fail("400 without end")
    except Closed:
        pass


@case("interleaved data on channels we do not know, and of 64 kB")
def _(s):
    c = s.playing()
    for channel in (0, 1, 2, 3, 77, 255):
        c.send(b"$" + bytes([channel]) + b"\0\0")
        c.send(b"$" + bytes([channel]) + b"\0\x05hello")
    for channel in (0, 9):
        c.send(b"$" + bytes([channel]) + b"\xff\xff" + b"\0" * 65_535)
    s.alive(c)
    c.frames.clear()
    c.frame(channel=0)


@case("interleaved data between and around requests, byte by byte")
def _(s):
    c = s.playing()
    report = b"$\x01\0\x08\x80\xc9\0\x01\0\0\0\x09"
    c.send(report + c.compose("GET_PARAMETER", headers=[f"Session: {c.session}"]) + report)
    expect(c.answer(c.cseq), 200)
    for byte in report + c.compose("OPTIONS"):
        c.send(bytes([byte]))
    expect(c.answer(c.cseq), 200)


@case("late interleaved data after TEARDOWN does no harm")
def _(s):
    c = s.playing()
    expect(c.in_session("TEARDOWN"), 200)
    c.session = None
    c.send(b"$\x01\0\x08\x80\xc9\0\x01\0\0\0\x09")
    s.alive(c)


@case("HTTP on the port is refused at once")
def _(s):
    for text in ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /x HTTP/1.0\r\nContent-Length: 1\r\n\r\nx",
                 "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
        c = s.connect()
        c.send(text)
        started = time.monotonic()
        if not c.closes_within(4):
            raise Fail("still open")
        if s.timed and time.monotonic() - started > 3:
            s.warn("slow to close")


@case("TLS, SSH, SOCKS and random bytes on the port are refused at once")
def _(s):
    hello = bytes.fromhex("16030100c8010000c40303") + bytes(190)
    noise = random.Random(1).randbytes(400)
    for data in (hello, b"\x05\x01\x00", b"\x80\x9e\x01\x03\x01", b"\0" * 100, b"\xff" + noise):
        c = s.connect()
        c.send(data)
        if not c.closes_within(4):
            raise Fail(f"still open after {data[:4].hex()}")


@case("half a request is given up after ten seconds or so", slow=True)
def _(s):
    for data in (b"OPTIONS rtsp://x", b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n",
                 b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nab"):
        c = s.connect()
        c.send(data)
        started = time.monotonic()
        if not c.closes_within(16):
            raise Fail("still open after 16 s")
        if time.monotonic() - started < 3:
            raise Fail("too impatient")


@case("a connection without a word is given up after ten seconds or so", slow=True)
def _(s):
    c = s.connect()
    if not c.closes_within(16):
        raise Fail("still open after 16 s")


@case("an idle connection without session is given up after half a minute", slow=True)
def _(s):
    c = s.connect()
    s.alive(c)
    started = time.monotonic()
    if not c.closes_within(45):
        raise Fail("still open after 45 s")
    if time.monotonic() - started < 20:
        s.warn(f"closed after {time.monotonic() - started:.0f} s")


@case("a reset in the middle of everything troubles nobody")
def _(s):
    watcher = s.playing()
    stream = Stream()
    for number in range(12):
        c = s.connect()
        if number % 4:
            c.set_up(s.track)
        if number % 4 > 1:
            c.send(c.compose("PLAY", headers=[f"Session: {c.session}"]))
        if number % 4 > 2:
            expect(c.raw_answer(), 200)
            c.frame(channel=0)
        c.reset()
        frame = watcher.frame(channel=0)
        stream.feed(frame.payload)
    for _ in range(100):
        stream.feed(watcher.frame(channel=0).payload)
    stream.check()
    s.alive(watcher)


@case("reconnects in quick succession are all served", alone=True)
def _(s):
    for _ in range(60):
        c = s.connect()
        c.set_up(s.track)
        c.play()
        c.frame(channel=0)
        c.reset()


@case("two hundred bare connects in quick succession", alone=True)
def _(s):
    for _ in range(200):
        socket.create_connection((s.host, s.port), 5).close()
    time.sleep(0.2 * s.patience)
    s.alive(s.connect())


@case("connections beyond the limit are told 503, and room comes back", alone=True)
def _(s):
    taken, told = [], None
    for _ in range(40):
        c = s.connect()
        try:
            answer = c.request("OPTIONS")
        except Closed:
            told = told or "closed"
            break
        if answer.code == 503:
            told = 503
            break
        expect(answer, 200)
        taken.append(c)
    if told is None:
        s.skip("more than 40 connections allowed")
    if told != 503:
        raise Fail("closed without 503")
    s.alive(taken[0])
    for c in taken:
        c.close()
    time.sleep(0.3 * s.patience)
    s.alive(s.connect())


@case("a reader that does not read does not disturb others", slow=True)
def _(s):
    stalled = s.ready(receive_buffer=4096)
    stalled.play()
    other = s.playing()
    stream, worst, last = Stream(), 0.0, None
    end = time.monotonic() + 8
    while time.monotonic() < end:
        frame = other.frame(channel=0)
        stream.feed(frame.payload, frame.at)
        if last is not None:
            worst = max(worst, frame.at - last)
        last = frame.at
    stream.check()
    if s.timed and worst > 0.5:
        raise Fail(f"gap of {worst * 1000:.0f} ms")


@case("many requests without reading the answers")
def _(s):
    c = s.connect()
    data = b"".join(c.compose("OPTIONS") for _ in range(300))
    c.send(data)
    for number in range(1, 301):
        expect(c.answer(number), 200)


@case("mutated requests: always an answer or an end, never silence of the server", slow=True)
def _(s):
    chance = random.Random(2326)
    c = s.connect()
    samples = [c.compose("DESCRIBE", headers=["Accept: application/sdp"]),
               c.compose("SETUP", s.track, ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]),
               c.compose("PLAY", headers=["Session: 1", "Range: npt=0-"])]
    c.close()
    for _ in range(150):
        data = bytearray(chance.choice(samples))
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with socket.create_connection((s.host, s.port), 5) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            sock.settimeout(15)
            try:
                while sock.recv(65_536):
                    pass
            except ConnectionError:
                pass
    s.alive(s.connect())
