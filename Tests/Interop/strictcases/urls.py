"""The ways clients write and join URLs: RFC 2326 3.2, C.1.1, RFC 3986 5."""
from wire import Fail, expect, rtp_info

from .describe import describe
from .registry import case

TCP = ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]


def plays(s, track, url=None, base=None):
    """SETUP and PLAY with these URLs bring pictures."""
    c = s.connect()
    c.set_up(track)
    named = rtp_info(c.play(url or base or s.url))[0]
    c.frame(channel=0)
    return named


@case("URL: trailing slashes")
def _(s):
    c = s.connect()
    for tail in ("/", "//", "///"):
        answer = describe(c, s.url + tail)
        if answer["Content-Base"] != s.url + "/":
            raise Fail(f"Content-Base {answer['Content-Base']}")
    plays(s, s.url + "//trackID=0", s.url + "/")


@case("URL: query, and Content-Base without it")
def _(s):
    c = s.connect()
    for tail in ("?a=1&b=2", "/?a=1", "?", "?u=http://x/y"):
        answer = describe(c, s.url + tail)
        if answer["Content-Base"] != s.url + "/":
            raise Fail(f"Content-Base {answer['Content-Base']}")


@case("URL: ffmpeg's way, control appended to the query")
def _(s):
    plays(s, s.url + "?a=1&b=2/trackID=0", s.url + "?a=1&b=2")


@case("URL: rtspsrc's way, last segment and query dropped")
def _(s):
    plays(s, s.root + "/trackID=0")
    parent = s.url.rsplit("/", 1)[0]
    plays(s, parent + "/trackID=0")


@case("URL: SETUP of the presentation itself")
def _(s):
    plays(s, s.url)
    plays(s, s.url + "/")


@case("URL: PLAY of the track, with and without slash")
def _(s):
    plays(s, s.track, s.track)
    plays(s, s.track, s.track + "/")
    plays(s, s.track, s.url + "/")


@case("URL: RTP-Info names the track as SETUP did")
def _(s):
    if plays(s, s.track) != s.track:
        raise Fail("RTP-Info names another URL")
    other = f"rtsp://camera.example:{s.port}{s.path}/trackID=0"
    if plays(s, other, other.rsplit("/", 1)[0]) != other:
        raise Fail("RTP-Info names another host than the client")


@case("URL: host spelled in many ways")
def _(s):
    c = s.connect()
    for authority in (s.authority, s.host if ":" not in s.host else f"[{s.host}]", "localhost",
                      "LOCALHOST", "camera.local:8554", "[::1]:554", "[fe80::1%25eth0]:554",
                      "a-b.example.", "192.0.2.1:65535", "_x_.local"):
        answer = describe(c, f"rtsp://{authority}{s.path}")
        if answer["Content-Base"] != f"rtsp://{authority}{s.path}/":
            raise Fail(f"Content-Base {answer['Content-Base']}")


@case("URL: upper-case scheme")
def _(s):
    base = describe(s.connect(), s.url.replace("rtsp://", "RTSP://"))["Content-Base"]
    if base.lower() != s.url.lower() + "/":
        raise Fail(f"Content-Base {base}")


@case("URL: absolute path only")
def _(s):
    c = s.connect()
    answer = describe(c, s.path)
    if not answer["Content-Base"].startswith("rtsp://"):
        raise Fail(f"Content-Base {answer['Content-Base']}")
    c.set_up(s.path + "/trackID=0")
    if not rtp_info(c.play(s.path))[0].startswith("rtsp://"):
        raise Fail("RTP-Info without host")


@case("URL: percent-encoding makes no difference")
def _(s):
    encoded = "".join(ch if ch == "/" else f"%{ord(ch):02x}" for ch in s.path)
    describe(s.connect(), s.root + encoded)
    describe(s.connect(), s.root + encoded.upper())


@case("URL: credentials in it are ignored and never repeated")
def _(s):
    url = f"rtsp://a:p%40ss@{s.authority}{s.path}"
    c = s.connect()
    c.set_up(url + "/trackID=0")
    if rtp_info(c.play(url))[0] != s.track:
        raise Fail("RTP-Info repeats credentials")


@case("URL: unknown paths are 404 for every method, and the connection stays")
def _(s):
    c = s.connect()
    for url in (s.url + "x", s.root + "/nothing", s.url + "/more", s.url.rsplit("/", 1)[0] + "/",
                s.root + s.path.upper() if s.path.upper() != s.path else s.root + "/q"):
        expect(c.request("DESCRIBE", url), 404)
        expect(c.request("SETUP", url, TCP), 404)
        expect(c.request("PLAY", url), 404, 454)
        expect(c.request("TEARDOWN", url), 404, 454)
    s.alive(c)


@case("URL: the server's root is no presentation")
def _(s):
    c = s.connect()
    for url in (s.root, s.root + "/", s.root + "/?x"):
        expect(c.request("DESCRIBE", url), 404)
        expect(c.request("SETUP", url, TCP), 404, 459)
    s.alive(c)


@case("URL: other tracks are 404")
def _(s):
    c = s.connect()
    for name in ("trackID=1", "trackID=-1", "trackID=", "trackID=00x", "trackID=99999999999999999999",
                 "streamid=0", "audio"):
        expect(c.request("SETUP", f"{s.url}/{name}", TCP), 404)
    s.alive(c)


@case("URL: malformed ones are 400, and the connection stays")
def _(s):
    c = s.connect()
    for url in ("live/stream", "http://h/x", "rtsp:/x", "rtsp://", "rtsp:///x", "rtsp://h:port/x",
                "rtsp://h:99999/x", "rtsp://[::1/x", "rtsp://h h/x", "://"):
        expect(c.request("DESCRIBE", url), 400)
        s.alive(c)


@case("URL: * is only for OPTIONS")
def _(s):
    c = s.connect()
    expect(c.request("DESCRIBE", "*"), 400, 404, 405)
    expect(c.request("SETUP", "*", TCP), 400, 404, 405, 459)
    s.alive(c)


@case("URL: dot segments and doubled encoding lead nowhere")
def _(s):
    c = s.connect()
    for path in (s.path + "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/%00", "/%",
                 "/%zz", s.path.replace("/", "%252f")):
        expect(c.request("DESCRIBE", s.root + path), 404, 400)
    s.alive(c)
