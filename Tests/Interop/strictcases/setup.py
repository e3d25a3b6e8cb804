"""SETUP and the Transport header: RFC 2326 10.4 and 12.39."""
import re

from wire import Fail, expect, parameters, udp_pair

from .registry import case


def transport(answer):
    value = answer["Transport"]
    if not value or "," in value:
        raise Fail(f"Transport {value!r}")
    fields = parameters(value)
    if fields.get("unicast") is not True:
        raise Fail(f"Transport without unicast: {value}")
    if not re.match(r"[0-9A-Fa-f]{8}\Z", str(fields.get("ssrc"))):
        raise Fail(f"ssrc {fields.get('ssrc')!r}")
    if str(fields.get("mode", "PLAY")).strip('"').upper() != "PLAY":
        raise Fail(f"mode {fields['mode']}")
    return value.split(";")[0], fields


def check_tcp(answer, channels):
    profile, fields = transport(expect(answer, 200))
    if profile.upper() != "RTP/AVP/TCP" or fields.get("interleaved") != channels:
        raise Fail(f"Transport {answer['Transport']} instead of channels {channels}")
    for name in ("client_port", "server_port", "destination", "port"):
        if name in fields:
            raise Fail(f"{name} for TCP")
    return fields


def set_up(s, value):
    with s.connect() as c:
        return c.request("SETUP", s.track, [f"Transport: {value}"])


@case("SETUP: Session has an id that cannot be guessed, and a timeout")
def _(s):
    ids = set()
    for _ in range(3):
        value = expect(set_up(s, "RTP/AVP/TCP;unicast;interleaved=0-1"), 200)["Session"]
        match = re.match(r"([0-9A-Za-z$_.+]{16,128});\s*timeout=(\d+)\Z", value or "")
        if not match:
            raise Fail(f"Session {value!r}")
        ids.add(match.group(1))
    if len(ids) < 3 or any(len(a) != 32 for a in ids):
        raise Fail(f"ids {ids}")


@case("SETUP: channels are repeated, odd ones too")
def _(s):
    for channels in ("0-1", "2-3", "4-5", "5-9", "254-255", "1-0", "7-200", "0-255"):
        check_tcp(set_up(s, f"RTP/AVP/TCP;unicast;interleaved={channels}"), channels)


@case("SETUP: packets come on the channels asked for")
def _(s):
    c = s.ready("RTP/AVP/TCP;unicast;interleaved=11-4")
    c.play()
    if c.frame().channel != 11:
        raise Fail("first frame is not on channel 11")
    seen = {c.frame().channel for _ in range(40)}
    if not seen <= {11, 4}:
        raise Fail(f"channels {seen}")
    c.frame(channel=4, timeout=7)


@case("SETUP: one channel stands for it and the next")
def _(s):
    check_tcp(set_up(s, "RTP/AVP/TCP;unicast;interleaved=2"), "2-3")


@case("SETUP: without channels it is 0-1")
def _(s):
    check_tcp(set_up(s, "RTP/AVP/TCP;unicast"), "0-1")
    check_tcp(set_up(s, "RTP/AVP/TCP"), "0-1")


@case("SETUP: equal, impossible or garbled channels are 400 or 461")
def _(s):
    c = s.connect()
    for channels in ("3-3", "256-257", "255", "a-b", "-1-0", "0-1-2", "", "99999999999-1", "0--1"):
        expect(c.request("SETUP", s.track, [
            f"Transport: RTP/AVP/TCP;unicast;interleaved={channels}"]), 400, 461)
    s.alive(c)


@case("SETUP: spelling, order and unknown parameters do not matter")
def _(s):
    for value in ("rtp/avp/tcp;unicast;interleaved=0-1", "RTP/AVP/TCP;UNICAST;Interleaved=0-1",
                  "RTP/AVP/TCP; unicast; interleaved=0-1", "RTP/AVP/TCP;interleaved=0-1;unicast",
                  "RTP/AVP/TCP;interleaved=0-1;ssrc=DEADBEEF;unicast",
                  'RTP/AVP/TCP;unicast;interleaved=0-1;mode=PLAY',
                  'RTP/AVP/TCP;unicast;interleaved=0-1;mode="PLAY"',
                  'RTP/AVP/TCP;unicast;interleaved=0-1;mode=play;append',
                  'RTP/AVP/TCP;unicast;interleaved=0-1;mode="PLAY,RECORD"',
                  "RTP/AVP/TCP;unicast;interleaved=0-1;x-new=\"a;b,c\";layers=1;",
                  "RTP/AVP/TCP;;unicast;;interleaved=0-1;", "RTP/AVP/TCP;unicast;interleaved=0 - 1"):
        check_tcp(set_up(s, value), "0-1")


@case("SETUP: the answer's SSRC is the stream's")
def _(s):
    c = s.connect()
    fields = check_tcp(c.set_up(s.track), "0-1")
    c.play()
    if int(fields["ssrc"], 16) != int.from_bytes(c.frame(channel=0).payload[8:12], "big"):
        raise Fail("packets have another SSRC")


@case("SETUP: of a list the first entry we know is taken")
def _(s):
    tcp = "RTP/AVP/TCP;unicast;interleaved=8-9"
    for value in (f"RAW/RAW/UDP;unicast;client_port=6000-6001,{tcp}",
                  f"x-real-rdt/udp;client_port=6970;mode=play,x-pn-tng/tcp;mode=play,{tcp}",
                  f"RTP/SAVP;unicast;client_port=6000-6001, {tcp}", f"RTP/AVPF/TCP;unicast,{tcp}",
                  f"RTP/AVP/TCP;unicast;interleaved=zz,{tcp}", f",{tcp}",
                  f'RTP/AVP;unicast;client_port=6000-6001;mode="RECORD",{tcp}'):
        check_tcp(set_up(s, value), "8-9")
    c = s.connect()
    answer = c.request("SETUP", s.track, ["Transport: RAW/RAW/UDP", f"Transport: {tcp}"])
    check_tcp(answer, "8-9")


@case("SETUP: the client's order counts, not ours")
def _(s):
    check_tcp(set_up(s, "RTP/AVP/TCP;unicast;interleaved=0-1,"
                        "RTP/AVP;unicast;client_port=16000-16001"), "0-1")


@case("SETUP: nothing we know is 461, then TCP works on the same connection")
def _(s):
    c = s.connect()
    for value in ("RAW/RAW/UDP;unicast", "RTP/SAVP/TCP;unicast;interleaved=0-1",
                  "RTP/AVP/SCTP;unicast", "MP2T/H2221/UDP;unicast;client_port=6000-6001"):
        answer = expect(c.request("SETUP", s.track, [f"Transport: {value}"]), 461)
        if answer["Session"]:
            raise Fail("461 makes a session")
    check_tcp(c.request("SETUP", s.track, ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]), "0-1")


@case("SETUP: mode=RECORD is refused")
def _(s):
    for mode in ("RECORD", '"RECORD"', "receive"):
        expect(set_up(s, f"RTP/AVP/TCP;unicast;interleaved=0-1;mode={mode}"), 400, 405, 461, 501)


@case("SETUP: without Transport or with nonsense is 400")
def _(s):
    c = s.connect()
    expect(c.request("SETUP", s.track), 400)
    for value in ("", ";", ",", ";;;,,,"):
        expect(c.request("SETUP", s.track, [f"Transport: {value}"]), 400, 461)
    s.alive(c)


@case("SETUP: a list of a thousand entries")
def _(s):
    c = s.connect()
    expect(c.request("SETUP", s.track, ["Transport: " + ",".join(["a/b"] * 1000)]), 461, 400)
    s.alive(c)


def udp(s, value=None):
    """A UDP session, or SKIP if the server has UDP switched off."""
    port, pair = udp_pair(host=s.host if ":" not in s.host else "::")
    c = s.connect()
    value = (value or "RTP/AVP;unicast;client_port={a}-{b}").format(a=port, b=port + 1)
    answer = c.request("SETUP", s.track, [f"Transport: {value}"])
    if answer.code == 461:
        s.skip("UDP is off")
    expect(answer, 200)
    c.session = answer["Session"].split(";")[0]
    return c, answer, port, pair


@case("SETUP UDP: ports are repeated, ours are even and odd")
def _(s):
    for profile in ("RTP/AVP", "RTP/AVP/UDP", "rtp/avp"):
        _, answer, port, _ = udp(s, profile + ";unicast;client_port={a}-{b}")
        got, fields = transport(answer)
        if got.upper() not in ("RTP/AVP", "RTP/AVP/UDP"):
            raise Fail(f"profile {got}")
        if fields.get("client_port") != f"{port}-{port + 1}" or "interleaved" in fields:
            raise Fail(f"Transport {answer['Transport']}")
        match = re.match(r"(\d+)-(\d+)\Z", str(fields.get("server_port")))
        if not match or int(match[1]) % 2 or int(match[2]) != int(match[1]) + 1:
            raise Fail(f"server_port {fields.get('server_port')}")


@case("SETUP UDP: one port stands for it and the next")
def _(s):
    _, answer, port, _ = udp(s, "RTP/AVP;unicast;client_port={a}")
    if transport(answer)[1].get("client_port") != f"{port}-{port + 1}":
        raise Fail(f"Transport {answer['Transport']}")


@case("SETUP UDP: impossible and privileged ports are refused")
def _(s):
    c = s.connect()
    for ports in ("0-1", "53-54", "65536-65537", "65535", "a-b", "1000-1001", "-5", "70000-70001",
                  "18446744073709551616-1", "6000-6000"):
        expect(c.request("SETUP", s.track, [
            f"Transport: RTP/AVP;unicast;client_port={ports}"]), 400, 461)
    expect(c.request("SETUP", s.track, ["Transport: RTP/AVP;unicast"]), 400, 461)
    s.alive(c)


@case("SETUP UDP: destination and source are not obeyed")
def _(s):
    c, answer, _, pair = udp(s, "RTP/AVP;unicast;destination=192.0.2.9;source=192.0.2.8;"
                                "client_port={a}-{b}")
    if "192.0.2.9" in answer["Transport"]:
        raise Fail("destination taken over")
    c.play()
    pair[0].recv(2000)


@case("SETUP again replaces the transport of a session that does not play")
def _(s):
    c = s.ready()
    first = c.session
    answer = c.in_session("SETUP", s.track, ["Transport: RTP/AVP/TCP;unicast;interleaved=20-21"])
    check_tcp(answer, "20-21")
    if answer["Session"].split(";")[0] != first:
        raise Fail("the session's id has changed")
    c.play()
    if c.frame().channel != 20:
        raise Fail("packets on the old channel")


@case("SETUP while playing is 455, and playing goes on")
def _(s):
    c = s.playing()
    answer = expect(c.in_session("SETUP", s.track, [
        "Transport: RTP/AVP/TCP;unicast;interleaved=2-3"]), 455)
    if "SETUP" in answer.tokens("Allow") or "PAUSE" not in answer.tokens("Allow"):
        raise Fail(f"Allow {answer['Allow']}")
    c.frames.clear()
    c.frame(channel=0)
