"""Sessions and their states: RFC 2326 3.4, 10, 12.37 and A."""
import re
import time

from wire import Fail, expect

from .registry import case
from .setup import udp


@case("foreign, unknown and mangled sessions are 454 for every method")
def _(s):
    c = s.ready()
    other = s.ready()
    names = ("12345678", other.session, c.session[:-1], c.session + "0", c.session[:8],
             c.session.swapcase() if c.session.swapcase() != c.session else "x", "0" * 32, "x" * 900)
    for name in names:
        for method in ("PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"):
            expect(c.request(method, headers=[f"Session: {name}"]), 454)
        expect(c.request("SETUP", s.track, [
            f"Session: {name}", "Transport: RTP/AVP/TCP;unicast"]), 454)
    s.alive(c)
    other.play()
    c.play()


@case("an empty Session is none")
def _(s):
    c = s.ready()
    expect(c.request("PLAY", headers=["Session:"]), 454, 400)
    s.alive(c)


@case("Session may carry parameters")
def _(s):
    c = s.ready()
    for tail in (";timeout=60", "; timeout=60", " ;timeout=60"):
        expect(c.request("GET_PARAMETER", headers=[f"Session: {c.session}{tail}"]), 200)
    expect(c.request("PLAY", headers=[f"Session: {c.session};timeout=60"]), 200)


@case("PLAY, PAUSE and TEARDOWN before SETUP are 454 or 455, and the connection stays")
def _(s):
    c = s.connect()
    for method in ("PLAY", "PAUSE", "TEARDOWN"):
        expect(c.request(method), 454, 455)
        expect(c.request(method, headers=["Session: 0"]), 454)
    s.alive(c)


@case("PLAY without Session although there is one is 454")
def _(s):
    c = s.ready()
    expect(c.request("PLAY"), 454, 455)
    c.play()


@case("sessions are bound to their connection")
def _(s):
    owner, thief = s.playing(), s.connect()
    for method in ("PAUSE", "PLAY", "TEARDOWN", "GET_PARAMETER"):
        expect(thief.request(method, headers=[f"Session: {owner.session}"]), 454)
    owner.frames.clear()
    owner.frame(channel=0)
    s.alive(owner)


@case("UDP sessions cannot be taken over either")
def _(s):
    c, _, _, pair = udp(s)
    c.play()
    pair[0].recv(2000)
    thief = s.connect()
    for method in ("PAUSE", "TEARDOWN"):
        expect(thief.request(method, headers=[f"Session: {c.session}"]), 454)
    for _ in range(30):
        pair[0].recv(2000)


@case("a second PLAY while playing is 200 and disturbs nothing")
def _(s):
    c = s.playing()
    for _ in range(5):
        c.frame(channel=0)
    answer = expect(c.in_session("PLAY"), 200)
    if answer["Range"] != "npt=now-":
        raise Fail(f"Range {answer['Range']}")
    last = None
    for _ in range(60):
        data = c.frame(channel=0).payload
        seq = int.from_bytes(data[2:4], "big")
        if last is not None and seq != last + 1 & 0xFFFF:
            raise Fail("packets missing around the second PLAY")
        last = seq


@case("PAUSE stops packets at once, and again is no error")
def _(s):
    c = s.playing()
    c.frame(channel=0)
    expect(c.in_session("PAUSE"), 200)
    c.frames.clear()
    if c.quiet(0.7):
        raise Fail("frames after the answer to PAUSE")
    expect(c.in_session("PAUSE"), 200)
    expect(c.in_session("PAUSE", headers=["Range: npt=now-"]), 200)


@case("PAUSE in ready state is 200 or 455")
def _(s):
    c = s.ready()
    expect(c.in_session("PAUSE"), 200, 455)
    c.play()


@case("TEARDOWN ends the session and keeps the connection")
def _(s):
    c = s.playing()
    c.frame(channel=0)
    expect(c.in_session("TEARDOWN"), 200)
    for method in ("PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"):
        expect(c.request(method, headers=[f"Session: {c.session}"]), 454)
    old, c.session = c.session, None
    c.frames.clear()
    if c.quiet(0.3):
        raise Fail("frames after the answer to TEARDOWN")
    c.set_up(s.track)
    if c.session == old:
        raise Fail("session id used twice")
    c.play()
    c.frame(channel=0)


@case("TEARDOWN of a session that never played, by the track's URL")
def _(s):
    c = s.ready()
    expect(c.in_session("TEARDOWN", s.track), 200)
    s.alive(c)


@case("TEARDOWN and close at once, as ffmpeg does")
def _(s):
    for _ in range(10):
        c = s.playing()
        c.send(c.compose("TEARDOWN", headers=[f"Session: {c.session}"]))
        c.reset()
    s.playing().frame(channel=0)


@case("rtspsrc's end: PAUSE, TEARDOWN, close")
def _(s):
    c = s.playing()
    expect(c.in_session("PAUSE"), 200)
    expect(c.in_session("TEARDOWN"), 200)
    c.close()


@case("every state with every method: no request goes unanswered")
def _(s):
    for state in ("initial", "ready", "playing", "paused", "ended"):
        for method in ("OPTIONS", "DESCRIBE", "PLAY", "PAUSE", "GET_PARAMETER", "SET_PARAMETER",
                       "ANNOUNCE", "RECORD", "TEARDOWN"):
            c = s.connect()
            if state != "initial":
                c.set_up(s.track)
            if state in ("playing", "paused"):
                c.play()
            if state == "paused":
                expect(c.in_session("PAUSE"), 200)
            name = c.session or "none"
            if state == "ended":
                expect(c.in_session("TEARDOWN"), 200)
                c.session = None
            c.request(method, headers=[f"Session: {name}"])
            s.alive(c)
            c.close()


@case("GET_PARAMETER without session is 200")
def _(s):
    c = s.connect()
    expect(c.request("GET_PARAMETER"), 200)
    expect(c.request("GET_PARAMETER", "*"), 200)
    expect(c.request("GET_PARAMETER", s.url + "/"), 200)


@case("GET_PARAMETER and SET_PARAMETER as keep-alives in a session")
def _(s):
    c = s.playing()
    for method in ("GET_PARAMETER", "SET_PARAMETER", "OPTIONS"):
        expect(c.in_session(method), 200)
        expect(c.in_session(method, s.track), 200)
        expect(c.in_session(method, s.url + "/"), 200)


@case("GET_PARAMETER of parameters we do not know is 451")
def _(s):
    c = s.ready()
    body, kind = b"packets_received\r\njitter\r\n", ["Content-Type: text/parameters"]
    expect(c.in_session("GET_PARAMETER", headers=kind, body=body), 451)
    expect(c.request("GET_PARAMETER", headers=kind, body=body), 451)
    s.alive(c)


@case("SET_PARAMETER of parameters we do not know is 451")
def _(s):
    c = s.ready()
    expect(c.in_session("SET_PARAMETER", headers=["Content-Type: text/parameters"],
                        body=b"barparam: barstuff\r\n"), 451)
    expect(c.in_session("SET_PARAMETER", headers=["Content-Type: text/parameters"],
                        body=b"\r\n"), 200)
    s.alive(c)


def timeout_of(answer):
    return int(re.search(r"timeout=(\d+)", answer["Session"]).group(1))


@case("a silent TCP reader is not cut", slow=True)
def _(s):
    c = s.connect()
    seconds = timeout_of(c.set_up(s.track))
    if seconds > 12:
        s.skip(f"timeout is {seconds} s; run with a short one")
    c.play()
    end = time.monotonic() + seconds * 1.5 + 3
    while time.monotonic() < end:
        c.frame()
    s.alive(c)


@case("a silent UDP session ends after its timeout, not before", slow=True)
def _(s):
    c, answer, _, pair = udp(s)
    seconds = timeout_of(answer)
    if seconds > 12:
        s.skip(f"timeout is {seconds} s; run with a short one")
    c.play()
    started, last = time.monotonic(), 0.0
    pair[0].settimeout(2)
    try:
        while last < seconds * 2.5:
            pair[0].recv(2000)
            last = time.monotonic() - started
    except TimeoutError:
        pass
    if not seconds <= last <= seconds * (2 if s.timed else 2.4):
        raise Fail(f"ended after {last:.1f} s, timeout {seconds} s")


@case("receiver reports keep a UDP session alive", slow=True)
def _(s):
    from rtpcheck import receiver_report
    from wire import parameters
    c, answer, _, pair = udp(s)
    seconds = timeout_of(answer)
    if seconds > 12:
        s.skip(f"timeout is {seconds} s; run with a short one")
    c.play()
    fields = parameters(answer["Transport"])
    port, ssrc = int(fields["server_port"].split("-")[1]), int(fields["ssrc"], 16)
    end = time.monotonic() + seconds * 1.5 + 3
    due = 0.0
    while time.monotonic() < end:
        data = pair[0].recv(2000)
        if time.monotonic() > due:
            pair[1].sendto(receiver_report(7, ssrc, int.from_bytes(data[2:4], "big")),
                           (s.host, port))
            due = time.monotonic() + 2
    s.alive(c)


@case("requests keep a UDP session alive", slow=True)
def _(s):
    c, answer, _, pair = udp(s)
    seconds = timeout_of(answer)
    if seconds > 12:
        s.skip(f"timeout is {seconds} s; run with a short one")
    c.play()
    end, due = time.monotonic() + seconds * 1.5 + 3, 0.0
    while time.monotonic() < end:
        pair[0].recv(2000)
        if time.monotonic() > due:
            expect(c.in_session("GET_PARAMETER"), 200)
            due = time.monotonic() + seconds * 0.8
