"""Passwords: RFC 2326 D, RFC 7617, RFC 2617, RFC 7616."""
import base64
import time

from wire import Fail, digest, expect

from .registry import case

TCP = ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]


def basic(user, password):
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def guarded(s):
    if not s.login:
        s.skip("no password set")


def challenges(s, scheme=None):
    guarded(s)
    answer = expect(s.connect(login=None).request("DESCRIBE"), 401)
    values = answer.values("WWW-Authenticate")
    for value in values:
        if 'realm="' not in value:
            raise Fail(f"challenge without realm: {value}")
    return [v for v in values if scheme is None or v.lower().startswith(scheme)]


@case("access: open server asks for nothing, and ignores credentials")
def _(s):
    if s.login:
        s.skip("password set")
    c = s.connect()
    expect(c.request("DESCRIBE", headers=[basic("a", "b")]), 200)
    expect(c.request("DESCRIBE", headers=["Authorization: Foo bar"]), 200)


@case("access: 401 with a challenge for everything but OPTIONS, and the connection stays")
def _(s):
    guarded(s)
    c = s.connect(login=None)
    for method, url, headers in (("DESCRIBE", s.url, []), ("SETUP", s.track, TCP), ("PLAY", s.url, []),
                                 ("PAUSE", s.url, []), ("TEARDOWN", s.url, []),
                                 ("GET_PARAMETER", s.url, []), ("DESCRIBE", s.url + "x", [])):
        answer = expect(c.request(method, url, headers), 401)
        if answer["Session"]:
            raise Fail("session without password")
    s.alive(c)


@case("access: 401, then the right answer on the same connection")
def _(s):
    guarded(s)
    c = s.connect(login=None)
    expect(c.request("DESCRIBE"), 401)
    c.login = s.login
    expect(c.request("DESCRIBE"), 200)
    c.set_up(s.track)
    c.play()
    c.frame(channel=0)


@case("access: Basic at once, without being asked")
def _(s):
    if not challenges(s, "basic"):
        s.skip("Basic is not offered")
    expect(s.connect(login=None).request("DESCRIBE", headers=[basic(*s.login)]), 200)


@case("access: Basic is offered first; the scheme's name in any case")
def _(s):
    if not challenges(s, "basic"):
        s.skip("Basic is not offered")
    if not challenges(s)[0].lower().startswith("basic"):
        raise Fail("Basic is not the first")
    line = basic(*s.login).replace("Basic ", "bAsIc  ")
    expect(s.connect(login=None).request("DESCRIBE", headers=[line]), 200)


@case("access: Digest, if it is offered")
def _(s):
    offers = challenges(s, "digest")
    if not offers:
        s.skip("Digest is not offered")
    for index in range(len(offers)):
        c = s.connect(login=None)
        offer = [v for v in expect(c.request("DESCRIBE"), 401).values("WWW-Authenticate")
                 if v.lower().startswith("digest")][index]
        good = digest(offer, s.login, "DESCRIBE", s.url)
        expect(c.request("DESCRIBE", headers=[f"Authorization: {good}"]), 200)
        # live555 signs SETUP with the base URL.
        good = digest(offer, s.login, "SETUP", s.url + "/", 2)
        expect(c.request("SETUP", s.track, TCP + [f"Authorization: {good}"]), 200)
        bad = digest(offer, (s.login[0], "wrong"), "DESCRIBE", s.url, 3)
        expect(c.request("DESCRIBE", headers=[f"Authorization: {bad}"]), 401)


@case("access: a wrong password is answered 401 after a while, others are not held up")
def _(s):
    guarded(s)
    c = s.connect(login=None)
    started = time.monotonic()
    c.send(c.compose("DESCRIBE", headers=[basic(s.login[0], "wrong")]))
    other = s.connect()
    expect(other.request("DESCRIBE"), 200)
    if s.timed and time.monotonic() - started > 0.3:
        raise Fail("another client had to wait")
    expect(c.answer(1, timeout=12), 401)
    if time.monotonic() - started < 0.3:
        raise Fail("answered at once: guessing is quick")


@case("access: garbage in Authorization is 401, and the right password works afterwards")
def _(s):
    guarded(s)
    for text in ("", "Basic", "Basic ====", "Basic !!!!", "Basic " + base64.b64encode(b"x").decode(),
                 "Digest", 'Digest username="', "Bearer abc", "Basic " + "A" * 4000,
                 'Digest username="a", realm="b", nonce="c", uri="d", response="e"'):
        c = s.connect(login=None, timeout=12)
        expect(c.request("DESCRIBE", headers=[f"Authorization: {text}"]), 401)
    expect(s.connect().request("DESCRIBE"), 200)


@case("access: every wrong guess of name and password is 401")
def _(s):
    guarded(s)
    user, password = s.login
    for pair in ((user, ""), ("", password), (user.upper() + "x", password), (user, password + " "),
                 (user, password[:-1])):
        c = s.connect(login=None, timeout=12)
        expect(c.request("DESCRIBE", headers=[basic(*pair)]), 401)
