"""Requests and answers as such: RFC 2326 sections 4 to 7, 10.1, 12 and 15."""
import time

from wire import Fail, expect

from .registry import case

METHODS = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER",
           "SET_PARAMETER"}


def public(answer):
    methods = set(answer.tokens("Public"))
    if methods < METHODS:
        raise Fail(f"Public lacks {METHODS - methods}")
    if methods & {"ANNOUNCE", "RECORD", "REDIRECT"}:
        raise Fail(f"Public lists what is not served: {methods}")


@case("OPTIONS lists every method served, and no other")
def _(s):
    public(expect(s.connect().request("OPTIONS"), 200))


@case("OPTIONS *")
def _(s):
    public(expect(s.connect().request("OPTIONS", "*"), 200))


@case("OPTIONS with the server's URL, with and without slash")
def _(s):
    c = s.connect()
    public(expect(c.request("OPTIONS", s.root), 200))
    public(expect(c.request("OPTIONS", s.root + "/"), 200))


@case("OPTIONS with a stale Session")
def _(s):
    expect(s.connect().request("OPTIONS", headers=["Session: 12345678"]), 200)


@case("OPTIONS without credentials")
def _(s):
    public(expect(s.connect(login=None).request("OPTIONS"), 200))


@case("OPTIONS as rtspsrc sends it: two User-Agents, RealMedia headers, CSeq 0")
def _(s):
    expect(s.connect().request("OPTIONS", headers=[
        "User-Agent: GStreamer/1.22.0", "ClientChallenge: 9e26d33f2984236010ef6253fb1887f7",
        "PlayerStarttime: [28/03/2003:22:50:23 00:00]", "CompanyID: KnKV4M4I/B2FjJ1TToLycw==",
        "GUID: 00000000-0000-0000-0000-000000000000", "User-Agent: again/1"], cseq=0), 200)


@case("CSeq missing is 400, and the connection stays")
def _(s):
    c = s.connect()
    expect(c.request("OPTIONS", cseq=""), 400)
    s.alive(c)


@case("CSeq 0, large, repeated, and going back")
def _(s):
    c = s.connect()
    for number in (0, 4294967295, 4294967296, 9007199254740993, 7, 7, 3):
        expect(c.request("OPTIONS", cseq=number), 200)


@case("CSeq that is no number is 400")
def _(s):
    c = s.connect()
    for text in ("abc", "-1", "1.5", "0x10", "99999999999999999999999999"):
        c.send(f"OPTIONS {s.url} RTSP/1.0\r\nCSeq: {text}\r\n\r\n")
        expect(c.answer(None), 400)
    s.alive(c)


@case("CSeq twice: equal is fine, different is 400")
def _(s):
    c = s.connect()
    expect(c.request("OPTIONS", headers=["CSeq: 1"]), 200)
    c.send(f"OPTIONS {s.url} RTSP/1.0\r\nCSeq: 5\r\nCSeq: 6\r\n\r\n")
    if c.raw_answer().code != 400:
        raise Fail("two different numbers accepted")
    s.alive(c)


@case("header names in any case, white space around the colon")
def _(s):
    c = s.connect()
    for line in ("cseq: 11", "CSEQ:11", "Cseq :   11  ", "cSeQ:\t11"):
        c.send(f"OPTIONS {s.url} RTSP/1.0\r\n{line}\r\n\r\n")
        expect(c.answer(11), 200)


@case("folded header lines")
def _(s):
    c = s.connect()
    c.send(f"OPTIONS {s.url} RTSP/1.0\r\nCSeq:\r\n 12\r\nX-Note: one\r\n\ttwo\r\n\r\n")
    expect(c.answer(12), 200)
    c.cseq = 20
    answer = c.request("SETUP", s.track, ["Transport: RTP/AVP/TCP;unicast;", " interleaved=6-7"])
    if "interleaved=6-7" not in (expect(answer, 200)["Transport"] or ""):
        raise Fail(f"{answer}")


@case("lines ended by LF alone")
def _(s):
    c = s.connect()
    c.send(f"OPTIONS {s.url} RTSP/1.0\nCSeq: 13\n\nOPTIONS * RTSP/1.0\nCSeq: 14\n\n")
    expect(c.answer(13), 200)
    expect(c.answer(14), 200)


@case("lines ended by CR alone")
def _(s):
    c = s.connect()
    c.send(f"OPTIONS {s.url} RTSP/1.0\rCSeq: 15\rUser-Agent: x\r\r")
    expect(c.answer(15), 200)
    s.alive(c)


@case("empty lines before a request")
def _(s):
    c = s.connect()
    c.send("\r\n\r\n\n\r\n")
    s.alive(c)
    c.send("\r\n" * 20)
    s.alive(c)


@case("a request byte by byte")
def _(s):
    c = s.connect()
    data = c.compose("DESCRIBE", headers=["Accept: application/sdp"])
    for index in range(len(data)):
        c.send(data[index:index + 1])
        if index % 8 == 0:
            time.sleep(0.001)
    expect(c.answer(c.cseq), 200)


@case("all requests of a client in one segment")
def _(s):
    c = s.connect()
    first = [c.compose("OPTIONS"), c.compose("DESCRIBE"),
             c.compose("SETUP", s.track, ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]),
             c.compose("GET_PARAMETER"), c.compose("OPTIONS", "*")]
    c.send(b"".join(first))
    answers = [c.answer(number) for number in range(1, 6)]
    for answer in answers:
        expect(answer, 200)
    c.session = answers[2]["Session"].split(";")[0]
    session = [f"Session: {c.session}"]
    c.send(c.compose("PLAY", headers=session) + c.compose("GET_PARAMETER", headers=session)
           + c.compose("PAUSE", headers=session) + c.compose("TEARDOWN", headers=session))
    for number in range(6, 10):
        expect(c.answer(number), 200)
    s.alive(c)


@case("unknown method is 501, and the connection stays")
def _(s):
    c = s.connect()
    for method in ("FLY", "options", "GET", "X-PLAY"):
        expect(c.request(method), 501)
    expect(c.request("FLY", body=b"v=0\r\n", headers=["Content-Type: text/plain"]), 501)
    s.alive(c)


@case("ANNOUNCE, RECORD and REDIRECT are 405 or 501")
def _(s):
    c = s.connect()
    for method, body in (("ANNOUNCE", b"v=0\r\no=- 0 0 IN IP4 0\r\ns=x\r\n"), ("RECORD", b""),
                         ("REDIRECT", b"")):
        expect(c.request(method, headers=["Content-Type: application/sdp"], body=body), 405, 501)
    s.alive(c)


@case("Require and Proxy-Require are 551 with Unsupported")
def _(s):
    c = s.connect()
    tag = "www.onvif.org/ver20/backchannel"
    for header in ("Require", "Proxy-Require", "require"):
        for method, url, more in (("DESCRIBE", s.url, []), ("OPTIONS", s.url, []),
                                  ("SETUP", s.track, ["Transport: RTP/AVP/TCP;unicast"])):
            answer = expect(c.request(method, url, [f"{header}: {tag}", *more]), 551)
            if answer.tokens("Unsupported") != [tag]:
                raise Fail(f"Unsupported: {answer['Unsupported']}")
    answer = expect(c.request("PLAY", headers=["Require: a, b", "Require: c"]), 551)
    if answer.tokens("Unsupported") != ["a", "b", "c"]:
        raise Fail(f"Unsupported: {answer['Unsupported']}")
    s.alive(c)


@case("other versions are 505")
def _(s):
    c = s.connect()
    for version in ("RTSP/2.0", "RTSP/1.1", "RTSP/0.9", "RTSP/10.0"):
        expect(c.request("OPTIONS", version=version), 505)
    s.alive(c)


@case("a broken request line is 400, and the connection stays")
def _(s):
    c = s.connect()
    for line in ("OPTIONS", f"OPTIONS {s.url}", f"OPTIONS {s.url} RTSP/1.0 more",
                 f"OPTIONS {s.url} SIP/2.0", f"OP@TIONS {s.url} RTSP/1.0"):
        c.send(f"{line}\r\nCSeq: 21\r\n\r\n")
        expect(c.answer(21), 400)
        s.alive(c)


@case("a header line without colon, an empty name or NUL is 400")
def _(s):
    c = s.connect()
    for line in (b"no colon here", b": value", b"Na me: x", b"X: a\x00b"):
        c.send(f"OPTIONS {s.url} RTSP/1.0\r\nCSeq: 22\r\n".encode() + line + b"\r\n\r\n")
        expect(c.answer(22), 400)
        s.alive(c)


@case("unknown headers and bytes beyond ASCII in values")
def _(s):
    expect(s.connect().request("DESCRIBE", headers=[
        "X-Name: カメラ", "Bandwidth: 1000000", "Blocksize: 1200", "Accept-Language: ja",
        "Accept-Encoding: gzip", "If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT", "Via: 1.0 p",
        "Supported: play.basic", "Cache-Control: no-cache", "From: a@b", "Empty:"]), 200)


@case("Timestamp is repeated")
def _(s):
    answer = expect(s.connect().request("OPTIONS", headers=["Timestamp: 54.5"]), 200)
    if (answer["Timestamp"] or "").split(" ")[0] != "54.5":
        raise Fail(f"Timestamp {answer['Timestamp']!r}")


@case("Connection: close is obeyed after the answer")
def _(s):
    c = s.connect()
    answer = expect(c.request("OPTIONS", headers=["Connection: close"]), 200)
    if "close" not in [t.lower() for t in answer.tokens("Connection")]:
        raise Fail("answer does not say Connection: close")
    if not c.closes_within(2):
        raise Fail("still open")


@case("Connection: keep-alive keeps it")
def _(s):
    c = s.connect()
    expect(c.request("OPTIONS", headers=["Connection: Keep-Alive"]), 200)
    s.alive(c)


@case("a client that closes its half still gets the answer")
def _(s):
    import socket
    c = s.connect()
    data = c.compose("DESCRIBE")
    c.send(data)
    c.sock.shutdown(socket.SHUT_WR)
    expect(c.answer(1), 200)
    if not c.closes_within(3):
        raise Fail("still open")


@case("answers of a client are read and dropped")
def _(s):
    c = s.connect()
    c.send("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 4\r\n\r\nabcd")
    s.alive(c)
