"""Numbers of the simulated camera's pictures, and the moments they were taken.

The simulated camera draws a strip of 32 cells into each picture: 24 bits of its number and a CRC-8,
see Sources/Adapters/SimulatedCamera/Picture/FrameNumberStrip.swift. Standard library only; JPEGs
are decoded by ffmpeg.
"""
import http.client
import os
import subprocess
import threading
import time
from urllib.parse import urlparse

CELLS, SIDE = 32, 16
STRIP_WIDTH, STRIP_BYTES = CELLS * SIDE, CELLS * SIDE * SIDE


def strip_position(width, height):
    """Left and top of the strip in a picture of this size."""
    blocks = height // 8
    top = sum(blocks * share // 100 * 8 for share in (26, 14, 10))
    return (width - STRIP_WIDTH) // 2 // SIDE * SIDE, top


def number(strip):
    """The number in the strip's grey pixels, row by row; None if it is not one."""
    row = (SIDE // 2) * STRIP_WIDTH
    word = 0
    for cell in range(CELLS):
        word = word << 1 | (strip[row + cell * SIDE + SIDE // 2] >= 128)
    value, remainder = word >> 8, 0xFF
    for shift in (16, 8, 0):
        remainder ^= value >> shift & 0xFF
        for _ in range(8):
            remainder = (remainder << 1 ^ (0x07 if remainder & 0x80 else 0)) & 0xFF
    return value if remainder == word & 0xFF else None


class Strips:
    """A program that writes strips to its standard output, and when each of them arrived."""

    def __init__(self, command, environment=None, errors=subprocess.DEVNULL):
        self.started = time.monotonic()
        self.pictures = []
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            env={**os.environ, **(environment or {})})
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        buffer = b""
        while data := os.read(self.process.stdout.fileno(), 1 << 16):
            now = time.monotonic()
            buffer += data
            while len(buffer) >= STRIP_BYTES:
                value = number(buffer[:STRIP_BYTES])
                buffer = buffer[STRIP_BYTES:]
                if value is not None:
                    self.pictures.append((now, value))

    def stop(self):
        end(self.process)
        self.thread.join(timeout=5)


def end(process):
    """Ends a program that was started here."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class LiveCamera:
    """The moments at which pictures were taken, learned from /snapshot.jpg while in a `with`."""

    def __init__(self, control_url):
        self.address = urlparse(control_url)
        jpeg, _ = self._snapshot(self._connect())
        self.width, self.height = jpeg_size(jpeg)
        self.left, self.top = strip_position(self.width, self.height)
        self.taken = {}

    def __enter__(self):
        self.seen, self.stopped = [], threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()
        self.taken.update(self._numbers())

    def _connect(self):
        return http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=5)

    def _snapshot(self, connection):
        """A JPEG and the moment it was taken, from its age to the millisecond."""
        connection.request("GET", "/snapshot.jpg")
        answer = connection.getresponse()
        now = time.monotonic()
        age = float(answer.headers["X-Picture-Age-Milliseconds"]) / 1000
        return answer.read(), now - age

    def _watch(self):
        connection, last = self._connect(), None
        while not self.stopped.wait(0.02):
            jpeg, taken = self._snapshot(connection)
            if jpeg != last:
                self.seen.append((taken, jpeg))
                last = jpeg

    def _numbers(self):
        command = ["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", "-vf", self.crop,
                   "-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
        output = subprocess.run(
            command, input=b"".join(jpeg for _, jpeg in self.seen), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout
        if len(output) != STRIP_BYTES * len(self.seen):
            return {}
        strips = (output[i:i + STRIP_BYTES] for i in range(0, len(output), STRIP_BYTES))
        return {number(strip): taken for strip, (taken, _) in zip(strips, self.seen)}

    @property
    def crop(self):
        """The strip as an option for ffmpeg's -vf."""
        return f"crop={STRIP_WIDTH}:{SIDE}:{self.left}:{self.top}"

    def behind(self, pictures):
        """How many seconds each (moment, number) comes after the picture was taken."""
        return [moment - self.taken[value] for moment, value in pictures if value in self.taken]


def jpeg_size(jpeg):
    """Width and height from the first start of frame."""
    position = 2
    while position + 9 < len(jpeg):
        marker, length = jpeg[position + 1], int.from_bytes(jpeg[position + 2:position + 4], "big")
        if 0xC0 <= marker <= 0xC2:
            return (int.from_bytes(jpeg[position + 7:position + 9], "big"),
                    int.from_bytes(jpeg[position + 5:position + 7], "big"))
        position += 2 + length
    raise ValueError("no start of frame")
