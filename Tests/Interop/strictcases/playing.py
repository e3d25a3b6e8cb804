"""PLAY: Range, RTP-Info, Scale: RFC 2326 10.5, 12.29, 12.33 to 12.35."""
from wire import Answer, Fail, expect, rtp_info

from .registry import case
from .setup import udp


def check_first(c, answer):
    """The very next packet is the one RTP-Info names."""
    _, seq, stamp = rtp_info(answer)
    data = c.frame(channel=0).payload
    got = int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:8], "big")
    if got != (seq, stamp):
        raise Fail(f"RTP-Info {(seq, stamp)}, first packet {got}")


@case("PLAY: answered before the first frame; RTP-Info names that frame exactly")
def _(s):
    for _ in range(3):
        c = s.ready()
        answer = c.play()
        if c.frames:
            raise Fail("frames before the answer to PLAY")
        if rtp_info(answer)[0] != s.track:
            raise Fail(f"RTP-Info {answer['RTP-Info']}")
        check_first(c, answer)


@case("PLAY: RTP-Info over UDP")
def _(s):
    c, _, _, pair = udp(s)
    _, seq, stamp = rtp_info(c.play())
    data = pair[0].recv(2000)
    if (int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:8], "big")) != (seq, stamp):
        raise Fail("first packet is not the announced one")


@case("PLAY after PAUSE: RTP-Info names the very next packet, numbers go on")
def _(s):
    c = s.ready()
    check_first(c, c.play())
    last = None
    for wait in (0.3, 0.0, 1.2):
        for _ in range(20):
            last = c.frame(channel=0).payload
        expect(c.in_session("PAUSE"), 200)
        kept = [f.payload for f in c.frames if f.channel == 0]
        last, c.frames = (kept or [last])[-1], []
        if c.quiet(wait):
            raise Fail("frames after the answer to PAUSE")
        answer = c.play()
        _, seq, stamp = rtp_info(answer)
        if seq != int.from_bytes(last[2:4], "big") + 1 & 0xFFFF:
            raise Fail("sequence numbers jump over the pause")
        if not 0 < (stamp - int.from_bytes(last[4:8], "big")) & 0xFFFFFFFF < 0x80000000:
            raise Fail("timestamps do not go on over the pause")
        check_first(c, answer)


@case("PLAY: every second PLAY has RTP-Info, too")
def _(s):
    c = s.playing()
    for _ in range(30):
        c.frame(channel=0)
    c.send(c.compose("PLAY", headers=[f"Session: {c.session}"]))
    last = None
    while True:
        message = c.message()
        if isinstance(message, Answer):
            break
        if message.channel == 0:
            last = message.payload
    _, seq, stamp = rtp_info(expect(message, 200))
    data = c.frame(channel=0).payload
    if int.from_bytes(data[2:4], "big") != seq:
        raise Fail(f"RTP-Info seq {seq}, next packet {int.from_bytes(data[2:4], 'big')}")
    if last and int.from_bytes(last[2:4], "big") + 1 & 0xFFFF != seq:
        raise Fail("sequence jumps")
    if int.from_bytes(data[4:8], "big") != stamp:
        raise Fail(f"RTP-Info rtptime {stamp}, next packet {int.from_bytes(data[4:8], 'big')}")


@case("PLAY: legal ranges are answered npt=now-")
def _(s):
    for value in ("npt=0.000-", "npt=now-", "npt=0-", "npt=0.000-3.000", "npt=-10", "npt=1:02:03.5-",
                  "npt=now-;time=19970123T143720Z", "npt=12-12"):
        c = s.ready()
        if c.play(headers=[f"Range: {value}"])["Range"] != "npt=now-":
            raise Fail("Range is not that of a live stream")
    if s.ready().play(headers=[])["Range"] != "npt=now-":
        raise Fail("no Range in the answer")


@case("PLAY: other units of Range are served or refused cleanly")
def _(s):
    for value in ("clock=19961108T142300Z-19961108T143520Z", "clock=20260101T000000Z-",
                  "smpte=10:07:00-10:07:33:05.01", "smpte-25=10:07:00-"):
        c = s.ready()
        expect(c.in_session("PLAY", headers=[f"Range: {value}"]), 200, 457, 501)
        s.alive(c)


@case("PLAY: broken ranges are 457, and the session stays usable")
def _(s):
    c = s.ready()
    for value in ("npt=10-5", "npt=abc-", "npt=", "npt", "npt=-", "bananas=1-2", "npt=1-2-3", "=1-2",
                  "npt=1:99:99-", "npt=1.2.3-", "npt=99999999999999999999999-1"):
        expect(c.in_session("PLAY", headers=[f"Range: {value}"]), 457)
    check_first(c, c.play())


@case("PLAY: Scale and Speed are answered with what is done")
def _(s):
    for value in ("2.0", "1.0", "-1", "0.5"):
        answer = s.ready().play(headers=[f"Scale: {value}", "Speed: 2.0"])
        if float(answer["Scale"] or 0) != 1.0:
            raise Fail(f"Scale {answer['Scale']}")
        if answer["Speed"] is not None and float(answer["Speed"]) != 1.0:
            raise Fail(f"Speed {answer['Speed']}")
    if s.ready().play()["Scale"] is not None:
        raise Fail("Scale without having been asked")


@case("PLAY with a body is served, the body read")
def _(s):
    c = s.ready()
    expect(c.in_session("PLAY", headers=["Content-Type: text/plain"], body=b"x" * 500), 200)
    c.frame(channel=0)
    s.alive(c)


@case("PLAY of * and of the root with a valid session, or a clean refusal")
def _(s):
    for url in ("*", s.root + "/"):
        c = s.ready()
        expect(c.in_session("PLAY", url), 200, 400, 404)
        s.alive(c)


@case("PLAY of another path in a valid session is 404")
def _(s):
    c = s.ready()
    expect(c.in_session("PLAY", s.root + "/other"), 404)
    c.play()
