"""Strict reading of an H.264 RTP stream and of its RTCP reports.

Source: RFC 3550, RFC 6184. Every rule that is broken is noted in `faults`.
"""
import struct

from wire import Fail


class Packet:
    def __init__(self, data):
        if len(data) < 12:
            raise Fail(f"RTP packet of {len(data)} bytes")
        first, second, self.seq, self.time, self.ssrc = struct.unpack(">BBHII", data[:12])
        self.version, self.has_padding = first >> 6, bool(first & 0x20)
        self.has_extension, self.csrc_count = bool(first & 0x10), first & 15
        self.marker, self.payload_type = bool(second & 0x80), second & 0x7F
        self.payload, self.size = data[12:], len(data)


class Picture:
    def __init__(self, time):
        self.time, self.units, self.packets, self.at, self.first_seq = time, [], 0, None, None

    @property
    def types(self):
        return [unit[0] & 31 for unit in self.units]

    @property
    def is_idr(self):
        return 5 in self.types


class Stream:
    """Feed it packets in the order they came; `pictures` are the complete ones."""

    def __init__(self, ssrc=None, payload_type=96, largest=1460):
        self.ssrc, self.payload_type, self.largest = ssrc, payload_type, largest
        self.faults, self.pictures, self.packets, self.octets = [], [], 0, 0
        self.first = self.last = self.open = self.fragment = None
        self.idr_ready = False
        self.sps = self.pps = None

    def fault(self, text):
        if len(self.faults) < 20:
            self.faults.append(text)

    def check(self):
        if self.faults:
            raise Fail("; ".join(self.faults[:3]))

    def feed(self, data, at=None):
        packet = Packet(data)
        self.packets += 1
        self.octets += len(packet.payload)
        self._header(packet)
        if self.open is None:
            self.open = Picture(packet.time)
            self.open.first_seq = packet.seq
        self.open.packets += 1
        self._payload(packet)
        if packet.marker:
            self._finish(at)
        self.first = self.first or packet
        self.last = packet

    def _header(self, packet):
        if packet.version != 2:
            self.fault(f"version {packet.version}")
        if packet.payload_type != self.payload_type:
            self.fault(f"payload type {packet.payload_type}")
        if packet.has_padding or packet.has_extension or packet.csrc_count:
            self.fault("padding, extension or CSRC without need")
        if packet.size > self.largest:
            self.fault(f"packet of {packet.size} bytes")
        if self.ssrc is not None and packet.ssrc != self.ssrc:
            self.fault(f"SSRC {packet.ssrc:08X} instead of {self.ssrc:08X}")
        self.ssrc = packet.ssrc
        if self.last is None:
            return
        if packet.seq != self.last.seq + 1 & 0xFFFF:
            self.fault(f"sequence number {packet.seq} after {self.last.seq}")
        step = packet.time - self.last.time & 0xFFFFFFFF
        if self.last.marker and not 0 < step < 0x80000000:
            self.fault(f"timestamp steps by {step} between pictures")
        if not self.last.marker and step:
            self.fault("timestamp changes inside a picture: marker missing")

    def _payload(self, packet):
        data = packet.payload
        if not data:
            self.fault("empty payload")
            return
        kind = data[0] & 31
        if data[0] & 0x80:
            self.fault("forbidden bit set")
        if self.fragment is not None and kind != 28:
            self.fault("fragmented unit not finished")
            self.fragment = None
        if 1 <= kind <= 23:
            self._unit(data)
        elif kind == 24:
            self._aggregate(data)
        elif kind == 28:
            self._fragment(data)
        else:
            self.fault(f"packet type {kind} in packetization mode 1")

    def _aggregate(self, data):
        position, highest, count = 1, 0, 0
        while position < len(data):
            if position + 2 > len(data):
                return self.fault("STAP-A ends inside a length")
            size = struct.unpack(">H", data[position:position + 2])[0]
            unit = data[position + 2:position + 2 + size]
            if not size or len(unit) < size:
                return self.fault("STAP-A length is wrong")
            highest, count = max(highest, unit[0] & 0x60), count + 1
            self._unit(unit)
            position += 2 + size
        if data[0] & 0x60 != highest:
            self.fault("STAP-A importance is not the highest of its units")
        if count < 2:
            self.fault("STAP-A with a single unit")

    def _fragment(self, data):
        if len(data) < 3:
            return self.fault("FU-A without payload")
        start, end, kind = bool(data[1] & 0x80), bool(data[1] & 0x40), data[1] & 31
        header = data[0] & 0xE0 | kind
        if data[1] & 0x20:
            self.fault("FU-A reserved bit set")
        if start and end:
            self.fault("FU-A with start and end")
        if start != (self.fragment is None):
            self.fault("FU-A start flag is wrong")
        if start or self.fragment is None:
            self.fragment = bytes([header])
        elif self.fragment[0] != header:
            self.fault("FU-A header changes inside a unit")
        self.fragment += data[2:]
        if end:
            unit, self.fragment = self.fragment, None
            self._unit(unit)

    def _unit(self, unit):
        kind = unit[0] & 31
        if b"\x00\x00\x01" in unit[:4]:
            self.fault("start code in a unit")
        if kind == 7:
            self.sps = unit
        elif kind == 8:
            self.pps = unit
        elif kind in (9, 12):
            self.fault(f"delimiter or filler (type {kind})")
        self.open.units.append(unit)

    def _finish(self, at):
        picture, self.open = self.open, None
        picture.at = at
        if self.fragment is not None:
            self.fault("marker inside a fragmented unit")
            self.fragment = None
        slices = [kind for kind in picture.types if 1 <= kind <= 5]
        if not slices:
            self.fault(f"picture without a slice: {picture.types}")
        if picture.is_idr:
            kinds = picture.types
            first = kinds.index(5)
            if not (7 in kinds[:first] and 8 in kinds[kinds.index(7):first]):
                self.fault(f"IDR without SPS and PPS in front: {kinds}")
            if 1 in kinds:
                self.fault("IDR and other slices in one picture")
            self.idr_ready = True
        elif not self.idr_ready:
            self.fault("first picture is not an IDR")
        self.pictures.append(picture)


def rtcp(data):
    """The packets of a compound, as (type, count field, body); checked for form."""
    packets, position = [], 0
    while position < len(data):
        if len(data) - position < 4:
            raise Fail("RTCP ends inside a header")
        first, kind, words = struct.unpack(">BBH", data[position:position + 4])
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            raise Fail("RTCP version or length is wrong")
        packets.append((kind, first & 31, data[position + 4:end]))
        position = end
    if not packets or packets[0][0] not in (200, 201):
        raise Fail("compound does not begin with a report")
    if not any(kind == 202 for kind, _, _ in packets):
        raise Fail("compound without SDES")
    return packets


class SenderReport:
    def __init__(self, data):
        packets = rtcp(data)
        kind, self.blocks, body = packets[0]
        if kind != 200 or len(body) < 24:
            raise Fail(f"no sender report but type {kind}")
        self.ssrc, high, low, self.time, self.packets, self.octets = \
            struct.unpack(">IIIIII", body[:24])
        self.unix = high - 2_208_988_800 + low / 2**32
        self.has_bye = any(kind == 203 for kind, _, _ in packets)
        self.cname = None
        for kind, count, body in packets:
            if kind == 202 and count >= 1:
                chunk = struct.unpack(">I", body[:4])[0]
                if chunk != self.ssrc:
                    raise Fail("SDES of another source")
                position = 4
                while position + 1 < len(body) and body[position]:
                    item, length = body[position], body[position + 1]
                    if item == 1:
                        self.cname = body[position + 2:position + 2 + length].decode()
                    position += 2 + length
        if not self.cname:
            raise Fail("SDES without CNAME")


def receiver_report(own, about, highest, lost=0):
    """RR and SDES as one compound."""
    name = b"checker"
    sdes = struct.pack(">I", own) + bytes([1, len(name)]) + name + b"\0"
    sdes += b"\0" * (-len(sdes) % 4)
    return (struct.pack(">BBHI", 0x81, 201, 7, own)
            + struct.pack(">IIIIII", about, lost & 0xFFFFFF, highest, 0, 0, 0)
            + struct.pack(">BBH", 0x81, 202, len(sdes) // 4) + sdes)
