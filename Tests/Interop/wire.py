"""A strict RTSP client on a bare socket: every answer is checked against the grammar.

Written from RFC 2326 and RFC 7826, independently of the bridge's own code. Only the standard
library is used.
"""
import base64
import collections
import email.utils
import hashlib
import os
import re
import socket
import struct
import time


class Fail(Exception):
    """A case has failed; the text says why."""


class Closed(Exception):
    """The server has closed the connection."""


Frame = collections.namedtuple("Frame", "channel payload at")

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
STATUS_LINE = re.compile(r"RTSP/1\.0 ([1-5][0-9][0-9]) ([ -~]+)\Z")
HEADER_LINE = re.compile(rf"({TOKEN}):[ \t]*(.*?)[ \t]*\Z")
# RFC 1123 only; the two older forms of HTTP are for readers, not for writers.
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" [0-9]{4} [0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT\Z")
SINGLE_HEADERS = ("cseq", "session", "content-length", "content-type", "content-base", "transport",
                  "rtp-info", "range", "date", "server", "public", "allow", "scale", "speed")


class Answer:
    """One response: `code`, `headers` (lower-case names), `body`, `at` (arrival)."""

    def __init__(self, head, body, at):
        self.text, self.body, self.at = head, body, at
        lines = head.split("\r\n")
        match = STATUS_LINE.match(lines[0])
        if not match:
            raise Fail(f"status line {lines[0]!r}")
        self.code, self.reason = int(match.group(1)), match.group(2)
        self.headers = collections.OrderedDict()
        for line in lines[1:]:
            match = HEADER_LINE.match(line)
            if not match or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line):
                raise Fail(f"header line {line!r}")
            name = match.group(1).lower()
            if name in self.headers and name in SINGLE_HEADERS:
                raise Fail(f"header {match.group(1)} twice")
            self.headers.setdefault(name, []).append(match.group(2))

    def __getitem__(self, name):
        return self.headers.get(name.lower(), [None])[0]

    def values(self, name):
        return self.headers.get(name.lower(), [])

    def tokens(self, name):
        return [t.strip() for v in self.values(name) for t in v.split(",") if t.strip()]

    def __str__(self):
        return " | ".join(self.text.split("\r\n"))


class Connection:
    """One connection to the server; `login` is sent with every request unless it is None.

    Answers and ends are waited for `patience` times as long as the cases say.
    """

    def __init__(self, address, url, login=None, timeout=5.0, receive_buffer=None, family=0,
                 patience=1):
        self.url, self.login = url, login
        self.timeout, self.patience = timeout * patience, patience
        self.buffer, self.cseq, self.frames = b"", 0, []
        self.session = None
        infos = socket.getaddrinfo(*address, family=family, type=socket.SOCK_STREAM)
        self.sock = socket.socket(infos[0][0], socket.SOCK_STREAM)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.connect(infos[0][4])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def reset(self):
        """Ends the connection with RST, as programs do that are killed."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    # -- out

    def send(self, data):
        self.sock.sendall(data if isinstance(data, bytes) else data.encode())

    def compose(self, method, url=None, headers=(), body=b"", version="RTSP/1.0", cseq=None,
                login=True):
        """The bytes of a request. Headers are whole lines; a `cseq` of "" leaves it out."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        lines = [f"{method} {self.url if url is None else url} {version}"]
        if cseq != "":
            lines.append(f"CSeq: {cseq}")
        if login and self.login:
            pair = base64.b64encode(":".join(self.login).encode()).decode()
            lines.append(f"Authorization: Basic {pair}")
        lines += headers
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body

    def request(self, method, url=None, headers=(), body=b"", **options):
        """Sends a request and returns its checked answer."""
        self.send(self.compose(method, url, headers, body, **options))
        number = options.get("cseq")
        number = self.cseq if number is None else None if number == "" else number
        named = next((h.split(":", 1)[1].split(";")[0].strip() for h in headers
                      if h.lower().startswith("session:")), None)
        return self.answer(number, named)

    def in_session(self, method, url=None, headers=(), **options):
        return self.request(method, url, [f"Session: {self.session}", *headers], **options)

    # -- in

    def _more(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(262_144)
        except ConnectionError as error:
            raise Closed(str(error)) from None
        except BlockingIOError:
            raise TimeoutError from None
        if not data:
            raise Closed("end of stream")
        self.buffer += data

    def message(self, timeout=None):
        """The next answer or interleaved frame. Raises Closed or TimeoutError."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            if self.buffer[:1] == b"$":
                if len(self.buffer) >= 4:
                    length = struct.unpack(">H", self.buffer[2:4])[0]
                    if len(self.buffer) >= 4 + length:
                        payload, channel = self.buffer[4:4 + length], self.buffer[1]
                        self.buffer = self.buffer[4 + length:]
                        return Frame(channel, payload, time.monotonic())
            elif b"\r\n\r\n" in self.buffer:
                head, rest = self.buffer.split(b"\r\n\r\n", 1)
                if b"\n" in head.replace(b"\r\n", b""):
                    raise Fail("answer with a bare line feed")
                text = head.decode("latin-1")
                length = 0
                for line in text.split("\r\n")[1:]:
                    if line.lower().startswith("content-length:"):
                        length = int(line.split(":", 1)[1])
                if len(rest) >= length:
                    self.buffer = rest[length:]
                    return Answer(text, rest[:length], time.monotonic())
            elif self.buffer and not b"RTSP/1.0 ".startswith(self.buffer[:9]):
                raise Fail(f"neither an answer nor a frame: {self.buffer[:24]!r}")
            self._more(deadline)

    def raw_answer(self, timeout=None):
        """The next answer; frames before it are kept in `frames`."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            message = self.message(max(0.0, deadline - time.monotonic()))
            if isinstance(message, Answer):
                return message
            self.frames.append(message)

    def answer(self, cseq, session=None, timeout=None):
        """The next answer, with everything checked that holds for all answers."""
        try:
            answer = self.raw_answer(timeout)
        except TimeoutError:
            raise Fail("no answer") from None
        if cseq is None:
            if answer["CSeq"] is not None:
                raise Fail(f"CSeq {answer['CSeq']} invented")
        elif answer["CSeq"] != str(cseq):
            raise Fail(f"CSeq {answer['CSeq']!r} instead of {cseq}")
        if not answer["Server"]:
            raise Fail(f"no Server header: {answer}")
        date = answer["Date"]
        if date is None or not DATE.match(date):
            raise Fail(f"Date {date!r}")
        if abs(email.utils.parsedate_to_datetime(date).timestamp() - time.time()) > 5 * self.patience:
            raise Fail(f"Date {date!r} is wrong")
        if answer.body and not answer["Content-Type"]:
            raise Fail("body without Content-Type")
        if answer.code == 401 and not answer["WWW-Authenticate"]:
            raise Fail("401 without a challenge")
        if answer.code in (405, 455) and not answer["Allow"]:
            raise Fail(f"{answer.code} without Allow")
        if answer.code == 551 and not answer["Unsupported"]:
            raise Fail("551 without Unsupported")
        if session and session == self.session and answer.code != 454:
            got = (answer["Session"] or "").split(";")[0].strip()
            if got != session:
                raise Fail(f"answer in a session names {got!r}")
        return answer

    def frame(self, timeout=None, channel=None):
        """The next interleaved frame (of one channel)."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            if self.frames:
                frame = self.frames.pop(0)
            else:
                try:
                    frame = self.message(max(0.0, deadline - time.monotonic()))
                except TimeoutError:
                    raise Fail(f"no frame on channel {channel}") from None
            if isinstance(frame, Answer):
                raise Fail(f"unexpected answer: {frame}")
            if channel is None or frame.channel == channel:
                return frame

    def quiet(self, seconds):
        """Reads for a while and returns how many frames came."""
        deadline, count = time.monotonic() + seconds, 0
        while True:
            try:
                message = self.message(max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                return count
            if isinstance(message, Answer):
                raise Fail(f"unexpected answer: {message}")
            count += 1

    def closes_within(self, seconds):
        """True if the server ends the connection in time; what it sends before is dropped."""
        deadline = time.monotonic() + seconds * self.patience
        while True:
            try:
                self._more(deadline)
            except Closed:
                return True
            except TimeoutError:
                return False

    # -- dialogues

    def set_up(self, track, transport="RTP/AVP/TCP;unicast;interleaved=0-1", headers=()):
        """SETUP; notes the session."""
        answer = expect(self.request("SETUP", track, [f"Transport: {transport}", *headers]), 200)
        if not answer["Session"]:
            raise Fail("SETUP answered without Session")
        self.session = answer["Session"].split(";")[0].strip()
        return answer

    def play(self, url=None, headers=("Range: npt=0.000-",)):
        return expect(self.in_session("PLAY", url, headers), 200)


def expect(answer, *codes):
    if answer.code not in codes:
        wanted = " or ".join(map(str, codes))
        raise Fail(f"{answer.code} instead of {wanted}: {answer}")
    return answer


def parameters(value):
    """`a;b=c` as a dictionary with lower-case names; flags map to True."""
    result = {}
    for part in value.split(";"):
        name, separator, text = part.strip().partition("=")
        if name:
            result[name.lower()] = text.strip() if separator else True
    return result


def rtp_info(answer):
    """(url, seq, rtptime) of an answer to PLAY."""
    value = answer["RTP-Info"]
    if not value:
        raise Fail(f"no RTP-Info: {answer}")
    match = re.match(r"url=([^;,\s]+);seq=(\d+);rtptime=(\d+)\Z", value)
    if not match:
        raise Fail(f"RTP-Info {value!r}")
    seq, stamp = int(match.group(2)), int(match.group(3))
    if seq > 0xFFFF or stamp > 0xFFFFFFFF:
        raise Fail(f"RTP-Info {value!r} out of range")
    return match.group(1), seq, stamp


def udp_pair(family=socket.AF_INET, host="127.0.0.1"):
    """Two bound sockets, an even port and the next one."""
    for _ in range(200):
        port = 10_000 + int.from_bytes(os.urandom(2), "big") % 25_000 * 2
        pair = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(2)]
        try:
            pair[0].bind((host, port))
            pair[1].bind((host, port + 1))
        except OSError:
            for sock in pair:
                sock.close()
            continue
        for sock in pair:
            sock.settimeout(3)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        return port, pair
    raise Fail("no UDP ports for the test")


def digest(challenge, login, method, uri, count=1):
    """The Authorization value for a Digest challenge (RFC 2617, RFC 7616)."""
    fields = dict((k.lower(), q or p) for k, q, p in
                  re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', challenge))
    algorithm = fields.get("algorithm", "MD5")
    make = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm.upper()]

    def hashed(text):
        return make(text.encode()).hexdigest()

    a1, a2 = hashed(f"{login[0]}:{fields['realm']}:{login[1]}"), hashed(f"{method}:{uri}")
    value = (f'Digest username="{login[0]}", realm="{fields["realm"]}", '
             f'nonce="{fields["nonce"]}", uri="{uri}"')
    if "qop" in fields:
        cnonce, nc = os.urandom(8).hex(), f"{count:08x}"
        response = hashed(f"{a1}:{fields['nonce']}:{nc}:{cnonce}:auth:{a2}")
        value += f', qop=auth, nc={nc}, cnonce="{cnonce}"'
    else:
        response = hashed(f"{a1}:{fields['nonce']}:{a2}")
    value += f', response="{response}"'
    if "algorithm" in fields:
        value += f", algorithm={algorithm}"
    if "opaque" in fields:
        value += f', opaque="{fields["opaque"]}"'
    return value
