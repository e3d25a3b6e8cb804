"""DESCRIBE and the session description: RFC 2326 10.2 and C, RFC 8866, RFC 6184 8."""
import base64
import re

from rtpcheck import Stream
from wire import Fail, expect

from .registry import case

ORDER = "vosiuepcbtrzka"
MEDIA_ORDER = "micbka"


def describe(connection, url=None, headers=("Accept: application/sdp",)):
    answer = expect(connection.request("DESCRIBE", url, headers), 200)
    if (answer["Content-Type"] or "").split(";")[0].strip().lower() != "application/sdp":
        raise Fail(f"Content-Type {answer['Content-Type']}")
    if answer["Content-Length"] is None or not answer.body:
        raise Fail("no body")
    return answer


class Description:
    """A session description, checked line by line."""

    def __init__(self, body):
        text = body.decode("utf-8")
        if not text.endswith("\r\n"):
            raise Fail("last line without CR LF")
        lines = text[:-2].split("\r\n")
        self.session, self.media = [], None
        for line in lines:
            match = re.match(r"([a-z])=([^\r\n\0]+)\Z", line)
            if not match:
                raise Fail(f"line {line!r}")
            kind, value = match.groups()
            if kind == "m":
                if self.media is not None:
                    raise Fail("more than one medium")
                self.media = []
            (self.session if self.media is None else self.media).append((kind, value))
        if self.media is None:
            raise Fail("no medium")
        self._order(self.session, ORDER)
        self._order(self.media, MEDIA_ORDER)
        if [k for k, _ in self.session[:3]] != list("vos") or not self.one("t"):
            raise Fail("v, o, s or t missing")

    @staticmethod
    def _order(lines, order):
        positions = [order.index(kind) if kind in order else -1 for kind, _ in lines]
        if -1 in positions or positions != sorted(positions):
            raise Fail(f"order of lines: {''.join(kind for kind, _ in lines)}")

    def one(self, kind):
        values = [v for k, v in self.session if k == kind]
        if len(values) > 1:
            raise Fail(f"{kind}= twice")
        return values[0] if values else None

    def attribute(self, name, media=True):
        lines = self.media if media else self.session
        values = [v.partition(":")[2] for k, v in lines if k == "a" and v.partition(":")[0] == name]
        if len(values) != 1:
            raise Fail(f"a={name} {len(values)} times")
        return values[0]

    def format(self):
        payload, _, text = self.attribute("fmtp").partition(" ")
        return payload, dict((p.strip().split("=", 1)) for p in text.split(";") if p.strip())

    def parameter_sets(self):
        sets = self.format()[1]["sprop-parameter-sets"].split(",")
        return [base64.b64decode(text, validate=True) for text in sets]


@case("DESCRIBE answers application/sdp with Content-Length and Content-Base")
def _(s):
    answer = describe(s.connect())
    if answer["Content-Base"] != s.url + "/":
        raise Fail(f"Content-Base {answer['Content-Base']}")


@case("Accept: everything that includes SDP")
def _(s):
    c = s.connect()
    for headers in ([], ["Accept: */*"], ["Accept: application/*"], ["Accept: Application/SDP"],
                    ["Accept: application/rtsl, application/sdp;level=-2"],
                    ["Accept: text/plain", "Accept: application/sdp"],
                    ["Accept: application/sdp; q=0.5"], ["Accept:"]):
        describe(c, headers=headers)


@case("Accept: nothing we have is 406, and the connection stays")
def _(s):
    c = s.connect()
    for value in ("application/x-foo", "text/*", "text/plain, text/parameters",
                  "application/sdp;q=0"):
        expect(c.request("DESCRIBE", headers=[f"Accept: {value}"]), 406)
    describe(c)


@case("DESCRIBE with credentials in the URL: they are not repeated")
def _(s):
    answer = describe(s.connect(), f"rtsp://user:secret@{s.authority}{s.path}")
    if "secret" in answer.text or "secret" in answer.body.decode():
        raise Fail("password repeated")
    if answer["Content-Base"] != s.url + "/":
        raise Fail(f"Content-Base {answer['Content-Base']}")


@case("SDP: grammar and order of lines")
def _(s):
    d = Description(describe(s.connect()).body)
    if d.one("v") != "0" or d.one("t") != "0 0":
        raise Fail("v or t")
    if not re.match(r"\S+ \d{1,19} \d{1,19} IN IP[46] \S+\Z", d.one("o")):
        raise Fail(f"o={d.one('o')}")
    if not re.match(r"IN IP[46] \S+\Z", d.one("c") or ""):
        raise Fail(f"c={d.one('c')}")
    if d.one("o").split()[4] != d.one("c").split()[1]:
        raise Fail("address types of o and c differ")


@case("SDP: control, range, rtpmap")
def _(s):
    d = Description(describe(s.connect()).body)
    if d.attribute("control", media=False) != "*":
        raise Fail("session control is not *")
    if d.attribute("range", media=False) != "npt=now-":
        raise Fail("range is not that of a live stream")
    match = re.match(r"video 0 RTP/AVP (\d+)\Z", d.media[0][1])
    if not match or not 96 <= int(match.group(1)) <= 127:
        raise Fail(f"m={d.media[0][1]}")
    if d.attribute("rtpmap") != f"{match.group(1)} H264/90000":
        raise Fail(f"rtpmap {d.attribute('rtpmap')}")
    if not re.match(r"[A-Za-z]+=\d+\Z", d.attribute("control")):
        raise Fail(f"control {d.attribute('control')}")


@case("SDP: fmtp agrees with its own SPS")
def _(s):
    d = Description(describe(s.connect()).body)
    payload, values = d.format()
    if payload not in d.media[0][1].split()[3:] or values.get("packetization-mode") != "1":
        raise Fail(f"fmtp {payload} {values}")
    sps, pps = d.parameter_sets()
    if sps[0] & 31 != 7 or pps[0] & 31 != 8 or sps[0] & 0x80 or pps[0] & 0x80:
        raise Fail("sprop-parameter-sets are no SPS and PPS")
    if values["profile-level-id"].lower() != sps[1:4].hex():
        raise Fail(f"profile-level-id {values['profile-level-id']} but SPS {sps[1:4].hex()}")
    if b"\0\0\0\1" in sps + pps or len(values["profile-level-id"]) != 6:
        raise Fail("start codes in sprop-parameter-sets")


@case("SDP: in-band parameter sets are the announced ones")
def _(s):
    c = s.connect()
    sets = Description(describe(c).body).parameter_sets()
    c.set_up(s.track)
    c.play()
    stream = Stream()
    while not stream.pictures:
        stream.feed(c.frame(channel=0).payload)
    stream.check()
    if [stream.sps, stream.pps] != sets:
        raise Fail(f"in band {stream.sps.hex()} {stream.pps.hex()}")


@case("SDP: same session and version while nothing changes")
def _(s):
    first, second = (Description(describe(s.connect()).body) for _ in range(2))
    if first.one("o") != second.one("o"):
        raise Fail(f"{first.one('o')} then {second.one('o')}")
    if first.session != second.session or first.media != second.media:
        raise Fail("description changes")


@case("DESCRIBE while playing")
def _(s):
    c = s.playing()
    describe(c)
    describe(c, headers=[f"Session: {c.session}"])
    c.frame(channel=0)


@case("DESCRIBE with a foreign Session")
def _(s):
    expect(s.connect().request("DESCRIBE", headers=["Session: 0000"]), 200, 454)
