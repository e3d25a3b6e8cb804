"""What comes after PLAY: RFC 3550, RFC 6184, RFC 2326 10.12."""
import time

from rtpcheck import SenderReport, Stream, receiver_report
from wire import Fail, expect, parameters

from .registry import case
from .setup import udp


def read(c, stream, seconds, reports=None, rtp=0, rtcp=1):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        frame = c.frame(timeout=3)
        if frame.channel == rtp:
            stream.feed(frame.payload, frame.at)
        elif frame.channel == rtcp:
            if reports is not None:
                reports.append((SenderReport(frame.payload), frame.at, stream.packets,
                                stream.octets, stream.last))
        else:
            raise Fail(f"channel {frame.channel}")


def ssrc_of(answer):
    return int(parameters(answer["Transport"])["ssrc"], 16)


@case("RTP over TCP: headers, numbers, markers, fragments, parameter sets", slow=True)
def _(s):
    c = s.connect()
    stream = Stream(ssrc_of(c.set_up(s.track)), largest=1460)
    c.play()
    read(c, stream, 6)
    stream.check()
    if s.timed and len(stream.pictures) < 20:
        raise Fail(f"{len(stream.pictures)} pictures in 6 s")
    if not stream.pictures[0].is_idr:
        raise Fail("first picture is no IDR")
    if s.timed and sum(p.is_idr for p in stream.pictures) < 2:
        raise Fail("no second IDR in 6 s")


@case("RTP over UDP: the same, within 1200 bytes", slow=True)
def _(s):
    c, answer, _, pair = udp(s)
    stream = Stream(ssrc_of(answer), largest=1200)
    c.play()
    end = time.monotonic() + 6
    while time.monotonic() < end:
        stream.feed(pair[0].recv(4000))
    stream.check()
    if s.timed and len(stream.pictures) < 20:
        raise Fail(f"{len(stream.pictures)} pictures in 6 s")


@case("RTP: comes from the announced port and the server's address")
def _(s):
    c, answer, _, pair = udp(s)
    ports = parameters(answer["Transport"])["server_port"].split("-")
    c.play()
    for sock, port in zip(pair, ports):
        data, source = sock.recvfrom(4000)
        if source[1] != int(port) or source[0] not in (s.host, "127.0.0.1", "::1"):
            raise Fail(f"from {source} instead of port {port}")


@case("RTP: time stamps follow the clock", slow=True, timed=True)
def _(s):
    c = s.playing()
    stream = Stream()
    read(c, stream, 6)
    # The first seconds may be a preamble, quicker than life.
    later = [p for p in stream.pictures if p.at > stream.pictures[0].at + 2]
    if len(later) < 10:
        raise Fail(f"{len(later)} pictures in 4 s")
    ticks = (later[-1].time - later[0].time) & 0xFFFFFFFF
    passed = later[-1].at - later[0].at
    if abs(ticks / 90_000 - passed) > 0.35:
        raise Fail(f"{ticks / 90_000:.2f} s of time stamps in {passed:.2f} s")


@case("RTP: the first picture is there within half a second")
def _(s):
    started = time.monotonic()
    c = s.playing()
    stream = Stream()
    while not stream.pictures:
        stream.feed(c.frame(channel=0).payload)
    stream.check()
    took = time.monotonic() - started
    if s.timed and took > 0.5:
        s.warn(f"{took:.2f} s")


@case("RTP: 24 pictures, as many as ffmpeg wants, within a second")
def _(s):
    started = time.monotonic()
    c = s.playing()
    stream = Stream()
    while len(stream.pictures) < 24:
        stream.feed(c.frame(channel=0).payload)
    stream.check()
    took = time.monotonic() - started
    if s.timed and took > 1.2:
        s.warn(f"{took:.2f} s")


@case("RTP: each session has its own SSRC, numbers and time base")
def _(s):
    seen = set()
    for _ in range(4):
        data = s.playing().frame(channel=0).payload
        seen.add((data[2:4], data[4:8], data[8:12]))
    for index in range(3):
        if len({entry[index] for entry in seen}) < 3:
            raise Fail("not random")


@case("RTCP: compound report with CNAME goes with the first picture")
def _(s):
    c = s.connect()
    ssrc = ssrc_of(c.set_up(s.track))
    c.play()
    stream, reports = Stream(ssrc), []
    while not reports:
        read(c, stream, 0.05, reports)
        if len(stream.pictures) > 60:
            raise Fail("no report with 60 pictures")
    report, _, packets, octets, last = reports[0]
    if report.ssrc != ssrc:
        raise Fail("report of another source")
    if report.packets > packets or report.octets > octets:
        raise Fail("report counts what was not sent")
    if abs(report.unix - time.time()) > 3 * s.patience:
        raise Fail("NTP time is not the time")
    if abs(_signed(report.time - last.time)) > 90_000 * 3:
        raise Fail("RTP time of the report is far from the packets'")


def _signed(value):
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


@case("RTCP: a report about every five seconds, NTP and RTP time in step", slow=True)
def _(s):
    c = s.playing()
    stream, reports = Stream(), []
    read(c, stream, 12.5, reports)
    if s.timed and not 3 <= len(reports) <= 5:
        raise Fail(f"{len(reports)} reports in 12.5 s")
    for (first, at1, *_), (second, at2, *_) in zip(reports, reports[1:]):
        if s.timed and not 2 <= at2 - at1 <= 8:
            raise Fail(f"{at2 - at1:.1f} s between reports")
        skew = _signed(second.time - first.time) / 90_000 - (second.unix - first.unix)
        if abs(skew) > 0.05:
            raise Fail(f"RTP and NTP time drift by {skew * 1000:.0f} ms")
    if not reports:
        raise Fail("no report in 12.5 s")
    final, _, packets, octets, last = reports[-1]
    if (final.packets, final.octets) != (packets, octets):
        raise Fail(f"report counts {final.packets}/{final.octets}, sent {packets}/{octets}")
    if len({r[0].cname for r in reports}) != 1:
        raise Fail("CNAME changes")
    # The packet sent last was taken a moment before the report.
    age = _signed(final.time - last.time) / 90_000
    if age < -0.05 or s.timed and age > 1.5:
        raise Fail(f"last picture is {age:.2f} s older than the report says")


@case("RTCP: BYE at TEARDOWN, before the answer")
def _(s):
    c = s.playing()
    for _ in range(10):
        c.frame(channel=0)
    expect(c.in_session("TEARDOWN"), 200)
    reports = [SenderReport(f.payload) for f in c.frames if f.channel == 1]
    if not reports or not reports[-1].has_bye:
        raise Fail("no BYE")
    if c.frames[-1].channel != 1:
        raise Fail("packets after BYE")


@case("RTCP: BYE over UDP")
def _(s):
    c, _, _, pair = udp(s)
    c.play()
    pair[0].recv(2000)
    expect(c.in_session("TEARDOWN"), 200)
    while not SenderReport(pair[1].recv(2000)).has_bye:
        pass


@case("RTCP: receiver reports inside the connection are taken in silence")
def _(s):
    c = s.connect()
    ssrc = ssrc_of(c.set_up(s.track))
    c.play()
    for _ in range(20):
        data = c.frame(channel=0).payload
        report = receiver_report(9, ssrc, int.from_bytes(data[2:4], "big"))
        c.send(b"$\x01" + len(report).to_bytes(2, "big") + report)
    s.alive(c)


@case("RTCP: picture loss indication brings an IDR", timed=True)
def _(s):
    c = s.connect()
    ssrc = ssrc_of(c.set_up(s.track))
    c.play()
    stream = Stream(ssrc)
    read(c, stream, 2.5)
    before = len(stream.pictures)
    report = receiver_report(9, ssrc, stream.last.seq)
    report += bytes([0x81, 206, 0, 2]) + (9).to_bytes(4, "big") + ssrc.to_bytes(4, "big")
    c.send(b"$\x01" + len(report).to_bytes(2, "big") + report)
    read(c, stream, 1.6)
    if not any(p.is_idr for p in stream.pictures[before:]):
        raise Fail("no IDR in 1.6 s")
    stream.check()


@case("RTCP: garbage on the RTCP channel and port is ignored")
def _(s):
    c = s.playing()
    for data in (b"", b"\x80", b"\xff" * 8, b"\x80\xc9\xff\xff" + b"x" * 12, b"\xce\xfa\xed\xfe"):
        c.send(b"$\x01" + len(data).to_bytes(2, "big") + data)
    s.alive(c)
    u, answer, _, pair = udp(s)
    u.play()
    ports = parameters(answer["Transport"])["server_port"].split("-")
    for sock, port in zip(pair, ports):
        for data in (b"", b"\x80", b"\xce\xfa\xed\xfe", b"\xff" * 1400):
            sock.sendto(data, (s.host, int(port)))
    pair[0].recv(2000)
    s.alive(u)


@case("two readers see the same pictures")
def _(s):
    a, b = s.playing(), s.playing()
    streams = [Stream(), Stream()]
    for c, stream in ((a, streams[0]), (b, streams[1])):
        read(c, stream, 2)
        stream.check()
    common = {p.units[-1] for p in streams[0].pictures} & {p.units[-1] for p in streams[1].pictures}
    if not common:
        s.warn("nothing in common in 2 s")
