#!/usr/bin/env python3
"""Writes the first inputs of every fuzz target to Corpus/<target>/.

The shapes are those of Tests/Engines (what real clients, servers and cameras send) and the files
of Tests/TestSupport/Fixtures. What libFuzzer finds from there is kept beside them.
"""
import base64
import hashlib
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent / "TestSupport" / "Fixtures"


def write(target, *inputs):
    folder = HERE / "Corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        if isinstance(data, str):
            data = data.encode()
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def fixture(path):
    return (FIXTURES / path).read_bytes()


def request(method, url, cseq, *headers, body="", version="RTSP/1.0"):
    lines = [f"{method} {url} {version}", f"CSeq: {cseq}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines) + "\r\n\r\n" + body


URL = "rtsp://192.0.2.1:8554/live/stream"
# What the server of the target rtsp-session calls its sessions.
SESSION = "1" * 32


def dialogue(url, transport, track="/trackID=0", agent="Lavf60.16.100", session=SESSION, **more):
    login = [more["login"]] if "login" in more else []
    return [
        request("OPTIONS", url, 1, f"User-Agent: {agent}"),
        request("DESCRIBE", url, 2, "Accept: application/sdp", f"User-Agent: {agent}", *login),
        request("SETUP", url + track, 3, f"Transport: {transport}", *login),
        request("PLAY", url + "/", 4, f"Session: {session}", "Range: npt=0.000-", *login),
        request("GET_PARAMETER", url, 5, f"Session: {session}", *login),
        request("PAUSE", url, 6, f"Session: {session}", *login),
        request("TEARDOWN", url, 7, f"Session: {session}", *login),
    ]


BASIC = "Authorization: Basic " + base64.b64encode(b"u:p").decode()
DIGEST = (
    'Authorization: Digest username="u", realm="r", nonce="0123456789abcdef", '
    'uri="rtsp://192.0.2.1:8554/live/stream", '
    'response="6629fae49393a05397450978507c4ef1", algorithm=MD5, qop=auth, '
    'nc=00000001, cnonce="0a4f113b", opaque="5ccc"'
)
TRANSPORTS = [
    "RTP/AVP/TCP;unicast;interleaved=0-1",
    "RTP/AVP;unicast;client_port=50000-50001",
    "RTP/AVP/UDP;unicast;client_port=6970-6971;mode=\"PLAY\"",
    "RTP/AVP;multicast;port=5004-5005;ttl=16,RTP/AVP/TCP;unicast",
    "RTP/AVP;multicast",
    "RTP/SAVP;unicast;client_port=1024-1025",
    "rtp/avp/tcp;interleaved=4;mode=\"PLAY,RECORD\";ssrc=1F2E3D4C",
    "RTP/AVP/TCP;unicast;mode=record;interleaved=254-255",
    "RTP/AVP;unicast;destination=198.51.100.7;client_port=1-2;server_port=7-8;source=a",
]


def requests():
    tcp = dialogue(URL, TRANSPORTS[0], login=BASIC)
    udp = dialogue(URL + "?start=live", TRANSPORTS[1], agent="GStreamer/1.22.0")
    odd = [
        request("REGISTER", "rtsp://[2001:db8::1]/x", 0),
        request("SET_PARAMETER", URL, 9, body="volume: 3\r\n"),
        request("OPTIONS", "*", 1, "Require: implicit-play", "Proxy-Require: gzipped-messages"),
        request("DESCRIBE", URL, 18446744073709551615, "Accept: text/plain", "X-Fold: a\r\n b"),
        request("DESCRIBE", "/live/stream", 7, version="RTSP/2.0"),
        "GET /live HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * RTSP/1.0\nCSeq: 1\n\n\r\n",
        "ANNOUNCE rtsp://u:secret@a/ RTSP/1.0\r\nCSeq:2\r\nContent-Length: 4\r\n"
        "Content-Length: 4\r\n\r\nv=0\r",
        "RTSP/1.0 200 OK\r\nCSeq: 4\r\nContent-Length: 3\r\n\r\nabcOPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n",
        "PLAY\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"$\x01\x00\x08\x80\xc9\x00\x01\x12\x34\x56\x78" + odd_frame(),
    ]
    write("rtsp-requests", *tcp, *udp, *odd, "".join(tcp), "".join(udp))
    write("rtsp-headers", *[r.split("\r\n", 2)[2][:-2] for r in tcp + udp],
          "A: 1\r\n  folded\r\nA:\t2 \r\nSession: x;timeout=60\r\n", "Range : npt=now-\r\nX: \xe9\r\n",
          DIGEST + "\r\n", "Transport: " + ",".join(TRANSPORTS) + "\r\n")
    scenes = [bytes([0]) + "".join(tcp).encode(), bytes([0]) + "".join(udp).encode(),
              bytes([1]) + "".join(tcp).encode(), bytes([1]) + "".join(udp).encode(),
              bytes([2]) + "".join(udp).encode(), bytes([8]) + tcp[0].encode(),
              bytes([16]) + request("OPTIONS", "*", 1).encode() * 3]
    for event in range(0xF8, 0x100):
        for count in (2, 3, 4):
            head = b"\xf9".join(r.encode() for r in tcp[:count])
            scenes.append(bytes([4]) + head + bytes([event]) + tcp[4].encode() + b"\xf8\xf8")
            head = b"\xf9".join(r.encode() for r in udp[:count])
            scenes.append(bytes([4]) + head + bytes([event]) + b"\xfd" * 20)
    rtcp = b"$\x01\x00\x08\x80\xc9\x00\x01\x12\x34\x56\x78"
    scenes.append(bytes([0]) + "".join(tcp[:4]).encode() + rtcp * 3 + tcp[6].encode())
    scenes.append(bytes([0]) + "".join(tcp[:3]).encode() + tcp[2].encode() + tcp[3].encode())
    write("rtsp-session", *scenes)
    write("rtsp-interleaved", b"\x00\x05abcdeR\x01\x10" + bytes(16), b"RR\x07\xff" + bytes(200),
          b"\x01\x00\x01\x00R\x05\x08" + bytes(300))


def odd_frame():
    return b"$\xff\x00\x00"


def reply(code, cseq, *headers, body=b"", reason="OK"):
    lines = [f"RTSP/1.0 {code} {reason}", f"CSeq: {cseq}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


SDP = """v=0
o=- 1234567890 1 IN IP4 192.0.2.1
s=liveview-bridge
i=A camera
c=IN IP4 0.0.0.0
b=AS:2000
t=0 0
a=tool:liveview-bridge
a=control:*
a=range:npt=now-
m=video 0 RTP/AVP 96
b=AS:2000
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=Z0LAHtkAoD2hAAADAAEAAAMAHo8WLkg=,aMuDyyA=
a=framerate:30
a=control:trackID=0
""".replace("\n", "\r\n")
SPS = base64.b64decode("Z0LAHtkAoD2hAAADAAEAAAMAHo8WLkg=")
PPS = base64.b64decode("aMuDyyA=")


def rtp(sequence, timestamp, payload, marker=False, ssrc=0xDECADE, flags=0x80):
    return struct.pack("!BBHII", flags, 0x60 | (0x80 if marker else 0), sequence & 0xFFFF,
                       timestamp, ssrc) + payload


def stap(*units):
    return b"\x78" + b"".join(struct.pack("!H", len(u)) + u for u in units)


def fragments(unit, size):
    parts = [unit[1 + i:1 + i + size] for i in range(0, len(unit) - 1, size)]
    for index, part in enumerate(parts):
        start = 0x80 if index == 0 else 0
        end = 0x40 if index == len(parts) - 1 else 0
        yield bytes([unit[0] & 0xE0 | 28, start | end | unit[0] & 31]) + part


def picture(first=100):
    idr = b"\x65\x88" + bytes(range(60))
    packets = [rtp(first, 9000, stap(SPS, PPS))]
    for part in fragments(idr, 20):
        packets.append(rtp(first + len(packets), 9000, part))
    last = packets.pop()
    packets.append(last[:1] + bytes([last[1] | 0x80]) + last[2:])
    packets.append(rtp(first + len(packets), 12000, b"\x41\x9a\x01\x02", marker=True))
    return packets


def server():
    session = f"Session: {SESSION};timeout=60"
    steps = [
        reply(200, 1, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"),
        reply(200, 2, f"Content-Base: {URL}/", "Content-Type: application/sdp", body=SDP.encode()),
        reply(200, 3, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00DECADE", session),
        reply(200, 4, session, f"RTP-Info: url={URL}/trackID=0;seq=100;rtptime=9000"),
    ]
    frames = b"".join(b"$\x00" + struct.pack("!H", len(p)) + p for p in picture())
    whole = b"".join(steps) + frames + reply(200, 5)
    refused = reply(401, 1, 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"',
                    'WWW-Authenticate: Basic realm="r"', reason="Unauthorized")
    again = [s.replace(b"CSeq: %d" % n, b"CSeq: %d" % (n + 1)) for n, s in enumerate(steps, 1)]
    tunnel = b"OPTIONS rtsp://client/ RTSP/1.0\r\nCSeq: 9\r\n\r\n"
    write("rtsp-client", b"\x00" + whole, b"\x01" + refused + b"".join(again) + frames,
          b"\x00" + refused, b"\x00" + steps[0] + tunnel + steps[1] + steps[2] + frames + steps[3],
          b"\x00" + reply(302, 1, "Location: rtsp://u:p@elsewhere/live", reason="Moved"),
          b"\x00" + steps[0] + reply(404, 2, reason="Not Found"))
    write("rtsp-replies", *steps, refused, whole, tunnel, frames[:80], b"HTTP/1.1 404 Not Found\r\n\r\n")
    write("sdp", SDP, SDP.replace("\r\n", "\n"),
          SDP.replace("IP4 192.0.2.1", "IP6 2001:db8::1").replace("AVP 96", "SAVPF 120 96")
          .replace("video 0", "video 5004/2"),
          "v=0\r\ns= \r\nm=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 h264/90000/1\r\n"
          "a=fmtp:96 sprop-parameter-sets=AAAAAWdCwB4=,AAABaM4=; packetization-mode = 0\r\n")
    write("rtp", b"".join(bytes([len(p)]) + p for p in picture()),
          b"".join(bytes([len(p)]) + p for p in picture(65534)),
          b"\x20" + rtp(7, 1, b"\x61\x80" + bytes(16), marker=True)[:2] + bytes(30),
          b"\x1c" + rtp(1, 2, struct.pack("!IHHI", 1, 0xBEDE, 1, 5) + b"\x65\x80", flags=0x91))
    write("rtp-round-trip", bytes([4, 176, 255, 254]) + bytes(4) + bytes([0xE1, 3, 1, 2, 3, 2, 4, 5])
          + bytes([5, 40]) + bytes(40) + bytes([1, 9]) + bytes(200),
          bytes([0, 40, 0, 1, 1, 2, 3, 4, 0x6F, 200]) + bytes(200) + bytes([20]) + bytes(600),
          bytes([5, 0, 0, 0, 0, 0, 0, 9, 0x4E, 0, 0, 1, 255, 5, 255]) + bytes(300))


def rtcp():
    block = struct.pack("!IIIIII", 0xDECADE, 0x05FFFFFE, 70000, 250, 0x11112222, 6553)
    sr = struct.pack("!BBHIQIII", 0x80, 200, 6, 0xDECADE, 1 << 60, 9000, 10, 9999)
    sdes = struct.pack("!BBHI", 0x81, 202, 3, 0xDECADE) + b"\x01\x03abc\x00\x00\x00"
    rr = struct.pack("!BBHI", 0x81, 201, 7, 1) + block
    bye = struct.pack("!BBHI", 0x81, 203, 2, 1) + b"\x03end"
    pli = struct.pack("!BBHII", 0x81, 206, 2, 1, 0xDECADE)
    fir = struct.pack("!BBHIIII", 0x84, 206, 4, 1, 0, 0xDECADE, 0x07000000)
    nack = struct.pack("!BBHIIHHHH", 0x81, 205, 4, 1, 0xDECADE, 65530, 0x8421, 7, 0)
    remb = struct.pack("!BBHII", 0x8F, 206, 4, 1, 0) + b"REMB\x01\x00\x00\x00"
    padded = struct.pack("!BBHI", 0xA0, 201, 2, 1) + bytes([0, 0, 0, 4])
    write("rtcp", sr + sdes, rr, rr + pli, rr + fir, rr + nack, sr + sdes + bye, padded, remb,
          rr + bytes(4), struct.pack("!BBHI", 0x80, 201, 1, 7))


def fields():
    write("rtsp-transport", *TRANSPORTS, "\n".join(TRANSPORTS), ",".join(TRANSPORTS))
    logins = [x.split(": ", 1)[1] for x in (BASIC, DIGEST)] + [
        "basic dTpw", "Basic " + base64.b64encode(b"u:wrong").decode(), "Bearer abc",
        "Basic " + base64.b64encode(b"v:q").decode(), "Basic " + base64.b64encode(b"w:s").decode(),
        'Digest realm="a, b", nonce="\\"q\\"", stale=TRUE\nBasic realm=x, Digest qop="auth"',
        DIGEST.split(": ", 1)[1].replace("MD5", "SHA-256").replace(
            "6629fae49393a05397450978507c4ef1", "0" * 64),
        "pbkdf2-sha256:1000:AAECAwQFBgc=:" + base64.b64encode(bytes(32)).decode(),
        "md5:" + "0" * 32, "192.0.2.0/24", "2001:db8::/32", "::ffff:10.0.0.0/104", "p"]
    write("rtsp-authorization", *[bytes([i % 16]) + x.encode() for i, x in enumerate(logins)],
          *[bytes([i]) for i in range(16)])
    write("rtsp-range", "npt=now-", "npt=0.000-", "npt=1:02:03.5-10:00:00", "npt=-20",
          "clock=19961108T142300.25Z-19961108T143520Z", "smpte=10:07:33:05.01-10:08:00",
          "smpte-25=10:07:00-", "npt = 5 - 4 ", "utc=1")
    write("rtsp-url", URL, URL + "?a=b/trackID=0\ntrackID=0", "rtsp://u:p%40@host:8554/a%2Fb//c#d",
          "rtsps://[fe80::1%25eth0]:322/\nrtsp://other/x", "*", "/live/stream/trackID=0\n*",
          "rtsp://h?x\n?y", "rtsp://h/trackID=0/..\n//other/x", "RTSPU://H:0554/\n/abs")
    cookie = "x-sessioncookie: QUaJnZLxT5OWPWZ3xKO3mg"
    get = ("GET /live/stream HTTP/1.0\r\nUser-Agent: Lavf60.16.100\r\n" + cookie
           + "\r\nAccept: application/x-rtsp-tunnelled\r\nPragma: no-cache\r\n\r\n")
    post = ("POST /live/stream HTTP/1.1\r\n" + cookie
            + "\r\nContent-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\n\r\n")
    body = base64.b64encode(request("OPTIONS", URL, 1).encode()).decode()
    write("rtsp-tunnel", get, post + body + "\r\n" + body, "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
          "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "HEAD /x HTTP/1.0\n\n", body, "T1BUSU9OUw==T1BU",
          "GET rtsp://a RTSP/1.0\r\nCSeq: 1\r\n\r\n", "PO")
    write("camera-url", "http://192.168.122.1:8080/sony/camera", "http://[fe80::1]:10000/liveview\n/x",
          "HTTP://Camera.local?a=b#c\nhttp://x:1/y", "http://a\n//b:2/c", "http://a:/b/c?d/e\nf?g#h")


def jpeg(width=640, height=424, application=b"", coded=b"\x12\xff\x00\x34\x56\x78", scans=1,
         code=0xC0):
    def segment(marker, content):
        return bytes([0xFF, marker]) + struct.pack("!H", len(content) + 2) + content
    out = b"\xff\xd8"
    if application:
        out += segment(0xE1, application)
    out += segment(0xDB, b"\x00\x01") + segment(0xC4, b"\x00")
    out += segment(code, struct.pack("!BHHB", 8, height, width, 3)
                   + bytes([1, 0x21, 0, 2, 0x11, 0, 3, 0x11, 0]))
    for _ in range(scans):
        out += segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + coded
    return out + b"\xff\xd9"


def packet(kind, sequence, payload, milliseconds=1000, size=None, padding=0):
    size = len(payload) if size is None else size
    header = struct.pack("!BBHI", 0xFF, kind, sequence, milliseconds) + b"\x24\x35\x68\x79"
    header += size.to_bytes(3, "big") + bytes([padding])
    return header + bytes(136 - len(header)) + payload + bytes(padding)


def camera():
    plain = jpeg()
    write("jpeg", plain, jpeg(application=b"Exif" + jpeg()), jpeg(scans=3, code=0xC2),
          jpeg(coded=b"\x00\xff\xd0\x11\xff\xd1" + bytes(40)), plain + b"\xff\xd9stale\xff\xd9",
          b"\xff\xd8\xff\xff\xd9", plain[:-2], jpeg(width=65535, height=65535))
    first = packet(1, 1, plain + bytes(37))
    frames = struct.pack("!HHHHBBB", 10, 20, 300, 400, 1, 4, 0) + bytes(5)
    info = packet(2, 2, frames * 2, 1033)
    second = packet(1, 3, plain, 1066, padding=5)
    write("liveview", first + info + second, b"\xffgarbage\xff" + first + first[:60] + second,
          packet(0x12, 1, bytes(32)) + first, packet(1, 9, plain, size=0x080001),
          packet(1, 1, plain[:50], size=100) + second, packet(1, 2, plain, size=len(plain) + 8)
          + second + info)
    description = fixture("libsonyapi_6000/sample_dd.xml")
    action = fixture("nerab_as30v/DmsRmtDesc.xml")
    fixed = fixture("pysony/DSC-HX400V_dd.xml")
    write("device-description", description, action, fixed,
          b"<root><device><friendlyName><![CDATA[a]]>&#x41;&amp;</friendlyName></device>"
          b"<!-- c --><?p?><x:y z='1'/></root>")
    write("ssdp", fixture("nerab_as30v/discovery_response.txt"),
          "HTTP/1.1 200 OK\r\nCACHE-CONTROL: no-cache, max-age = 1800\r\nEXT:\r\n"
          "LOCATION: http://192.168.122.1:64321/scalarwebapi_dd.xml\r\nSERVER: UPnP/1.0\r\n"
          "ST: urn:schemas-sony-com:service:ScalarWebAPI:1\r\n"
          "USN: uuid:00000000-0005-0010-8000-10a5d0000000::urn:x\r\n\r\n",
          'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\n'
          "ST: ssdp:all\r\n\r\n",
          "NOTIFY * HTTP/1.1\r\nNT: urn:x\r\nNTS: ssdp:alive\r\nUSN: uuid:1\r\nLOCATION: http://a/\r\n"
          "\r\n", "NOTIFY * HTTP/1.1\r\nNT: a\r\nNTS: ssdp:byebye\r\nUSN: uuid:1\r\n\r\n")


def answers():
    # Written after the documentation; the α6000's own lines are in Fixtures/micolous_ilce6000.
    event = {"id": 1, "result": [
        {"type": "availableApiList", "names": ["getVersions", "startLiveview", "actZoom"]},
        {"type": "cameraStatus", "cameraStatus": "IDLE"},
        {"type": "zoomInformation", "zoomPosition": 40, "zoomNumberBox": 1},
        {"type": "liveviewStatus", "liveviewStatus": True}, None,
        [{"type": "storageInformation", "storageID": "Memory Card 1"}],
        [{"type": "takePicture", "takePictureUrl": ["http://a/1.jpg"]}]]}
    lines = [
        event, {"id": 1, "result": [["1.0", "1.1", "1.2", "1.3"]]},
        {"id": 1, "result": ["Smart Remote Control", "2.1.4"]},
        {"id": 1, "result": ["http://192.168.122.1:8080/liveview/liveviewstream"]},
        {"id": 1, "result": [["getVersions", "getEvent", "startRecMode"]]},
        {"id": 1, "result": [0, 9, -9, 1]}, {"id": 0, "error": [1, "Not Available Now"]},
        {"id": 1, "result": [0, {"AFResult": True, "AFType": "Touch"}]}, {"id": 1, "result": [0]},
        {"id": 1, "results": [["getEvent", ["bool"], ["{\"type\":\"string\"}*"], "1.0"]]},
        {"id": 1, "error": [2, "Timeout"]}, {"id": 1, "error": [40402, "Already polling"]},
        {"id": 1, "error": [12, "No Such Method"]}, {"id": 1, "result": []},
        {"id": 1, "result": [{"a\u0000b": [1.5e300, -0.0, "\ud83d\ude00", [[[[]]]]]}]},
    ]
    texts = [json.dumps(line) for line in lines]
    write("camera-replies", *texts, '{"result":[' + "[" * 40 + "]" * 40 + '],"id":1}', "{}", "[1",
          '{"result":' + HUGE_EXPONENTS + ',"id":1}')
    hello = [texts[1], texts[2], texts[0]]
    write("camera-watch", *[bytes([w]) + "\n".join(hello + rest).encode() for w, rest in [
        (0, [texts[10], texts[0], "", texts[11], texts[10]]),
        (0x3F, [texts[8], texts[5], texts[8], texts[8], texts[0], texts[6], texts[8]]),
        (0x7F, ["", "", texts[1], texts[6], texts[0], texts[12]]),
        (0x20, [texts[12], texts[12], texts[4], texts[4], ""])]])


def parameter_sets():
    high = base64.b64decode("Z2QAH6zZQFAFuwEQAAADABAAAAMDwPGDGWA=")
    write("h264", bytes([len(SPS)]) + SPS + PPS, bytes([len(high)]) + high + b"\x68\xeb\xe3\xcb\x22\xc0",
          bytes([len(high)]) + high + PPS, b"\x04\x67\x42\x00\x1e\x68\xce\x38\x80")


# About the ends of Int: the smallest one has no magnitude that is an Int.
HUGE_EXPONENTS = (
    '[{"channel_id":"a","x":1e-9223372036854775808},1e9223372036854775807,'
    "-1.5E-9223372036854775809,0e18446744073709551616,1e+2147483648]")


CHANNEL_BOOK = (
    '{"version":1,"accounts":[{"apiURL":"a","tokenDigest":"b","channels":[{"channelID":"c",'
    '"createdAt":1},{"channelID":""}],"unclaimed":["d"],"creations":[1],"intent":{"at":1,'
    '"known":["c"]},"unsettled":[{"at":2}],"unanswered":[2]}]}')


def control_replies():
    for folder in ("sora", "sora-later", "imageflux", "imageflux-later"):
        for path in sorted((FIXTURES / folder).glob("*.re*.json")):
            # Without blanks, and the long statistics without what is the same twice.
            value = json.loads(path.read_bytes())
            text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
            write("sora-replies", text if len(text) < 3000 else shortened(value))
    write("sora-replies", "[1e400,18446744073709551616,0.10,-0,1E+2]", '"\\ud83d\\ude00\\u00e4"',
          '{"hls":[{"durationSeconds":0,"video":{"width":1}},7],"channel_id":"\\u0000"}',
          "[" * 40, '{"a":1,"a":2}', HUGE_EXPONENTS, CHANNEL_BOOK)


def shortened(value):
    """Statistics with one report of each type and kind."""
    for connection in value if isinstance(value, list) else [value]:
        name = "stats" if "stats" in connection else "remote_stats"
        kinds = {(r["type"], r.get("kind")): r for r in connection[name]}
        for report in kinds.values():
            report.pop("base64Certificate", None)
        connection[name] = list(kinds.values())
    return json.dumps(value, separators=(",", ":"))


def settings():
    target = {"address": "192.0.2.9", "port": 5004, "profile": "avp", "payloadType": 96,
              "maxPacketBytes": 1200, "keyframeIntervalSeconds": 2, "senderReports": True,
              "dscp": "AF41", "ttl": 8, "multicastInterface": "eth0", "sourceAddress": "192.0.2.1",
              "sdpFile": "/tmp/a.sdp", "sourcePort": 0, "multicastLoop": False}
    push = {"outputs": {"rtpPush": {"targets": ["sora", "b"], "sora": target,
                                    "b": dict(target, address="[2001:db8::1]", dscp=46)}}}
    values = {"int": 7, "double": 0.5, "number": "", "word": "abc", "text": "t", "bool": False,
              "list": ["a", "", "b"], "seconds": 1.5}
    write("settings", json.dumps(push), json.dumps(values), json.dumps(
        {"int": "7", "double": 1e99, "number": -3, "word": 1, "bool": "x", "list": "a",
         "outputs": {"rtpPush": {"targets": ["targets", "a.b", "c", "c"], "c": {"port": 0}}}}),
        '{"int": 5.0, "seconds": -1, "list": [1], "text": null}',
        (HERE.parent.parent / "config.json").read_text())


if __name__ == "__main__":
    for part in (requests, server, rtcp, fields, camera, answers, parameter_sets,
                 control_replies, settings):
        part()
