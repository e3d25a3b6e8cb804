#!/usr/bin/env python3
"""A camera that sends given JPEGs and writes down when: the moment from which latency counts.

    scripted_camera.py path/to/liveview-bridge PICTURES_FOLDER FIRST_PORT FPS [LOG]

Everything but the liveview is answered by a simulated camera behind it. Each picture leaves as one
chunk with one system call, at even distances. LOG gets a line per picture: its number in the
folder and CLOCK_MONOTONIC in nanoseconds just before that call. /mjpeg gives the same pictures in
the form other programs read (multipart/x-mixed-replace).
"""
import http.client
import http.server
import os
import signal
import socket
import struct
import sys
import threading
import time

from loopback import Camera


def pictures_of(folder):
    names = sorted(name for name in os.listdir(folder) if name.endswith(".jpg"))
    result = []
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            result.append(file.read())
    return result


def chunk(jpeg, number, milliseconds):
    """One liveview packet with a picture, as one HTTP chunk."""
    common = struct.pack(">BBHI", 0xFF, 1, number & 0xFFFF, milliseconds & 0xFFFFFFFF)
    size = struct.pack(">I", len(jpeg))[1:]
    header = b"\x24\x35\x68\x79" + size + b"\0" + bytes(120)
    packet = common + header + jpeg
    return b"%x\r\n" % len(packet) + packet + b"\r\n"


def part(jpeg, *_):
    head = b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
    return head + jpeg + b"\r\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if "liveview" in self.path:
            self.stream(chunk, b"image/jpeg\r\nTransfer-Encoding: chunked")
        elif self.path == "/mjpeg":
            self.stream(part, b"multipart/x-mixed-replace; boundary=picture")
        else:
            self.forward()

    def do_POST(self):
        self.forward()

    def forward(self):
        """The simulated camera's answer, with our port in it."""
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        port = server.description_port if self.path.endswith(".xml") else server.api_port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            connection.request(self.command, self.path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = answer.read().replace(
                b"127.0.0.1:%d" % server.api_port, b"127.0.0.1:%d" % server.server_port)
        except OSError:
            self.close_connection = True
            return
        finally:
            connection.close()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type") or "text/plain")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, wrap, content_type):
        server = self.server
        self.close_connection = True
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: " + content_type + b"\r\n\r\n")
        pictures, begin, number = server.pictures, time.monotonic(), 0
        while True:
            due = begin + number / server.fps
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            index = number % len(pictures)
            data = wrap(pictures[index], number, int(due * 1000))
            now = time.monotonic_ns()
            try:
                self.connection.sendall(data)
            except OSError:
                return
            if server.log:
                server.log.write(f"{index} {now}\n")
                server.log.flush()
            number += 1


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that goes away is nothing to report."""


def main():
    binary, folder, port, fps = sys.argv[1:5]
    port = int(port)
    camera = Camera(binary, port + 1)
    server = Server(("127.0.0.1", port), Handler)
    server.description_port, server.api_port = port + 1, port + 2
    server.pictures, server.fps = pictures_of(folder), float(fps)
    server.log = open(sys.argv[5], "w") if len(sys.argv) > 5 else None
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever()
    finally:
        camera.stop()


if __name__ == "__main__":
    main()
