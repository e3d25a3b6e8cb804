"""A small RTSP reader for measurements: TCP interleaved or UDP, checks what it receives.

Written from RFC 2326, RFC 3550 and RFC 6184, independently of the bridge's own code.
"""
import base64
import os
import random
import re
import select
import socket
import struct
import time
from urllib.parse import urlparse, unquote


class Protocol(Exception):
    pass


class Reader:
    """One viewer. `pictures` counts complete access units; `faults` lists what was wrong."""

    def __init__(self, url, udp=False):
        self.url = urlparse(url)
        self.udp = udp
        self.clean_url = f"rtsp://{self.url.hostname}:{self.url.port or 554}{self.url.path}"
        if self.url.query:
            self.clean_url += "?" + self.url.query
        self.cseq = 0
        self.session = None
        self.buffer = b""
        self.faults = []
        self.ssrcs = set()
        self.sequence = None
        self.timestamp = None
        self.pictures = 0
        self.idrs = 0
        self.first_idr_at = None
        self.first_rtp_at = None
        self.last_picture_at = None
        self.bytes = 0
        self.gaps = []
        self.reports = 0
        self.announced = None
        self._nal_types = []
        self._fragment_open = False

    # -- requests

    def connect(self, timeout=10):
        self.started = time.monotonic()
        self.sock = socket.create_connection(
            (self.url.hostname, self.url.port or 554), timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    def request(self, method, url=None, headers=()):
        self.cseq += 1
        lines = [f"{method} {url or self.clean_url} RTSP/1.0", f"CSeq: {self.cseq}"]
        if self.session:
            lines.append(f"Session: {self.session}")
        if self.url.username:
            pair = f"{unquote(self.url.username)}:{unquote(self.url.password or '')}"
            lines.append("Authorization: Basic " + base64.b64encode(pair.encode()).decode())
        lines += headers
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return self.response()

    def response(self):
        while True:
            while b"\r\n\r\n" not in self.buffer or self.buffer[:1] == b"$":
                if self.buffer[:1] == b"$" and self._take_frame():
                    continue
                self._read()
            head, rest = self.buffer.split(b"\r\n\r\n", 1)
            text = head.decode("latin-1").split("\r\n")
            match = re.match(r"RTSP/1\.0 (\d{3}) ", text[0])
            if not match:
                raise Protocol(f"no status line: {text[0]!r}")
            fields = {}
            for line in text[1:]:
                name, _, value = line.partition(":")
                fields.setdefault(name.strip().lower(), value.strip())
            length = int(fields.get("content-length", "0"))
            while len(rest) < length:
                self.buffer = head + b"\r\n\r\n" + rest
                self._read()
                rest = self.buffer.split(b"\r\n\r\n", 1)[1]
            body, self.buffer = rest[:length], rest[length:]
            return int(match.group(1)), fields, body

    def play(self, timeout=10):
        """OPTIONS, DESCRIBE, SETUP and PLAY, as ordinary clients do."""
        if not hasattr(self, "sock"):
            self.connect(timeout)
        self._expect(self.request("OPTIONS"), 200)
        _, fields, sdp = self._expect(self.request("DESCRIBE", headers=["Accept: application/sdp"]), 200)
        base = fields.get("content-base", self.clean_url)
        controls = re.findall(r"a=control:(\S+)", sdp.decode())
        track = controls[-1]
        self.track = track if track.startswith("rtsp:") else base.rstrip("/") + "/" + track
        self.sdp = sdp.decode()
        if self.udp:
            self._open_udp()
            transport = f"Transport: RTP/AVP;unicast;client_port={self.rtp_port}-{self.rtp_port + 1}"
        else:
            transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
        _, fields, _ = self._expect(self.request("SETUP", self.track, [transport]), 200)
        self.session = fields["session"].split(";")[0]
        ports = re.search(r"server_port=(\d+)-(\d+)", fields["transport"])
        self.server_rtcp = int(ports.group(2)) if ports else None
        self.report_due = time.monotonic()
        _, fields, _ = self._expect(self.request("PLAY", base, ["Range: npt=0.000-"]), 200)
        info = fields.get("rtp-info", "")
        seq, stamp = re.search(r"seq=(\d+)", info), re.search(r"rtptime=(\d+)", info)
        if seq and stamp:
            self.announced = (int(seq.group(1)), int(stamp.group(1)))
        return self

    def teardown(self):
        try:
            self.request("TEARDOWN")
        finally:
            self.close()

    def close(self):
        self.sock.close()
        if self.udp:
            self.rtp.close()
            self.rtcp.close()

    def _expect(self, answer, status):
        if answer[0] != status:
            raise Protocol(f"expected {status}, got {answer[0]}")
        return answer

    def _open_udp(self):
        for _ in range(100):
            port = random.randrange(20000, 60000, 2)
            try:
                self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self.rtp.bind(("0.0.0.0", port))
                self.rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                self.rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self.rtcp.bind(("0.0.0.0", port + 1))
                self.rtp_port = port
                return
            except OSError:
                continue
        raise Protocol("no free UDP ports")

    # -- media

    def pump(self, seconds=None, until=None):
        """Receives for some time, or until `until(self)` is true. Returns False on time-out."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not (until and until(self)):
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return until is None
            if self.udp:
                self._report()
                ready, _, _ = select.select([self.rtp, self.rtcp, self.sock], [], [], left)
                if self.rtp in ready:
                    self._rtp(self.rtp.recv(65536))
                if self.rtcp in ready:
                    self._rtcp(self.rtcp.recv(65536))
                if self.sock in ready:
                    self._read()
                continue
            if self._take_frame():
                continue
            ready, _, _ = select.select([self.sock], [], [], left)
            if ready:
                self._read()
        return True

    def _report(self):
        """An empty receiver report every 5 s: over UDP the server knows by it that we live."""
        if time.monotonic() >= self.report_due:
            self.report_due = time.monotonic() + 5
            self.rtcp.sendto(
                struct.pack(">BBHI", 0x80, 201, 1, 0x1234), (self.url.hostname, self.server_rtcp))

    def _read(self):
        data = self.sock.recv(262144)
        if not data:
            raise Protocol("the server closed the connection")
        self.buffer += data

    def _take_frame(self):
        """Handles one message at the front of the buffer; False if there is no whole one."""
        if len(self.buffer) < 4:
            return False
        if self.buffer[:1] != b"$":
            self.faults.append(f"framing lost at {self.buffer[:20]!r}")
            raise Protocol("framing lost")
        channel, length = struct.unpack(">BH", self.buffer[1:4])
        if len(self.buffer) < 4 + length:
            return False
        packet, self.buffer = self.buffer[4:4 + length], self.buffer[4 + length:]
        if channel == 0:
            self._rtp(packet)
        else:
            self._rtcp(packet)
        return True

    def _rtcp(self, packet):
        if len(packet) >= 8 and packet[1] == 200:
            self.reports += 1

    def _rtp(self, packet):
        now = time.monotonic()
        if len(packet) < 12 or packet[0] >> 6 != 2:
            self.faults.append("no RTP packet")
            return
        marker, sequence, timestamp, ssrc = packet[1] >> 7, *struct.unpack(">HII", packet[2:12])
        self.bytes += len(packet)
        self.ssrcs.add(ssrc)
        if self.first_rtp_at is None:
            self.first_rtp_at = now
            if self.announced and self.announced != (sequence, timestamp):
                self.faults.append(f"RTP-Info said {self.announced}, first is {(sequence, timestamp)}")
        if self.sequence is not None and sequence != (self.sequence + 1) & 0xFFFF:
            self.faults.append(f"sequence {self.sequence} -> {sequence}")
        if self.timestamp is not None and (timestamp - self.timestamp) & 0x80000000:
            self.faults.append(f"timestamp back {self.timestamp} -> {timestamp}")
        self.sequence, self.timestamp = sequence, timestamp
        self._payload(packet[12:])
        if marker:
            self._picture(now)

    def _payload(self, payload):
        kind = payload[0] & 31
        if kind == 24:
            offset = 1
            while offset + 2 < len(payload):
                length = struct.unpack(">H", payload[offset:offset + 2])[0]
                self._nal_types.append(payload[offset + 2] & 31)
                offset += 2 + length
            if offset != len(payload):
                self.faults.append("STAP-A lengths do not add up")
        elif kind == 28:
            start, end = payload[1] & 0x80, payload[1] & 0x40
            if bool(start) == self._fragment_open:
                self.faults.append("FU-A out of order")
            self._fragment_open = not end
            if end:
                self._nal_types.append(payload[1] & 31)
        else:
            self._nal_types.append(kind)

    def _picture(self, now):
        types, self._nal_types = self._nal_types, []
        self.pictures += 1
        if 5 in types:
            self.idrs += 1
            if not (7 in types and 8 in types and types.index(7) < types.index(5)):
                self.faults.append(f"IDR without parameter sets: {types}")
            if self.first_idr_at is None:
                self.first_idr_at = now
        elif self.first_idr_at is None:
            self.faults.append("a picture before the first IDR")
        if self.last_picture_at is not None:
            self.gaps.append(now - self.last_picture_at)
        self.last_picture_at = now


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def process_usage(pid):
    """CPU seconds, resident kilobytes, open descriptors and threads of a process."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    rss = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return cpu, rss, len(os.listdir(f"/proc/{pid}/fd")), int(fields[17])
