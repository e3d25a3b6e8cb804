#!/usr/bin/env python3
"""Lets real RTSP clients watch the bridge, over every transport and with every kind of password.

    clients.py BRIDGE [--port 8554] [--only TEXT] [--python PYTHON] [--open-rtsp PROGRAM]

BRIDGE is the built program; it is started with its simulated camera, once for each kind of
password. Clients that are not installed are left out. Prints a table in Markdown; the exit code
is the number of combinations that did not do what they should. `--python` names the interpreter
that has av, cv2 and aiortsp; `--open-rtsp` live555's program, if it can be had.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

USER, PASSWORD = "viewer", "correct-horse"
PICTURES = 30
TRANSPORTS = ["tcp", "udp", "http", "multicast", "rtsps"]
LOGINS = {
    "none": [],
    "Basic": ["basic"],
    "Digest": ["digest"],
    "SHA-256": ["digestSHA256"],
    # ffmpeg takes the last Digest it is offered and knows MD5 only.
    "all three": ["basic", "digestSHA256", "digest"],
}

OPENCV = """
import os, sys
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;" + sys.argv[2]
import cv2
capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
n = 0
while n < 30 and capture.read()[0]: n += 1
print("pictures", n)
"""
PYAV = """
import sys, av
options = {"rtsp_transport": sys.argv[2]} if sys.argv[2] else {}
n = 0
with av.open(sys.argv[1], options=options) as source:
    for picture in source.decode(video=0):
        n += 1
        if n == 30: break
print("pictures", n)
"""
AIORTSP = """
import asyncio, ssl, sys
from aiortsp.rtsp.reader import RTSPReader
trust = ssl.create_default_context(); trust.check_hostname = False; trust.verify_mode = ssl.CERT_NONE
async def main():
    n = 0
    more = {"ssl": trust} if sys.argv[1].startswith("rtsps") else {}
    async with RTSPReader(sys.argv[1], **more) as reader:
        async for packet in reader.iter_packets():
            n += packet.m
            if n == 30: break
    print("pictures", n)
asyncio.run(asyncio.wait_for(main(), 20))
"""


class Client:
    """How to run one program. `command` gets (url, transport, folder); None: cannot do that."""

    def __init__(self, name, program, command, count, can=TRANSPORTS,
                 is_silent=False):
        self.name, self.program, self.command, self.count = name, program, command, count
        self.can, self.is_silent = can, is_silent


def lines_without_hash(_, folder):
    with open(folder + "/out") as text:
        return sum(not line.startswith("#") for line in text)


def said(output, _):
    match = re.search(r"pictures (\d+)", output)
    return int(match.group(1)) if match else 0


def lavf(transport):
    return {"http": "http", "multicast": "udp_multicast", "rtsps": "tcp"}.get(transport, transport)


def login_of(url):
    match = re.match(r"(\w+)://(?:([^:@/]+):([^@/]+)@)?(.*)", url)
    return match.group(2), match.group(3), f"{match.group(1)}://{match.group(4)}"


def gst(url, transport, folder):
    user, password, plain = login_of(url)
    protocols = {"multicast": "udp-mcast", "rtsps": "tcp+tls", "http": "tcp+http"}.get(
        transport, transport)
    if transport == "http":
        plain = plain.replace("rtsp://", "rtsph://")
    login = [f"user-id={user}", f"user-pw={password}"] if user else []
    return ["gst-launch-1.0", "-q", "rtspsrc", f"location={plain}", f"protocols={protocols}",
            "tls-validation-flags=0", "latency=0", *login, "!", "rtph264depay", "!", "h264parse",
            "!", "avdec_h264", "!", "identity", f"eos-after={PICTURES + 1}", "!", "jpegenc", "!",
            "multifilesink", f"location={folder}/%05d.jpg"]


def open_rtsp(url, transport, folder, program):
    user, password, plain = login_of(url)
    login = ["-u", user, password] if user else []
    return [program, "-V", "-d", "4", *(["-t"] if transport == "tcp" else []), *login, plain]


def nobody(folder):
    """VLC does not run as root."""
    if os.geteuid():
        return []
    os.chmod(folder, 0o777)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"HOME={folder}"]


def clients(options):
    python = options.python
    return [
        Client("ffmpeg", "ffmpeg", lambda u, t, d: [
            "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", lavf(t), "-i", u, "-frames:v",
            str(PICTURES), "-f", "framemd5", d + "/out"], lines_without_hash),
        Client("ffprobe", "ffprobe", lambda u, t, d: [
            "ffprobe", "-v", "error", "-rtsp_transport", lavf(t), "-show_entries",
            "stream=codec_name,width,height", "-of", "csv=p=0", u],
            lambda o, _: PICTURES if "h264,640,424" in o else 0),
        Client("GStreamer rtspsrc", "gst-launch-1.0", gst,
               lambda _, d: len([n for n in os.listdir(d) if n.endswith(".jpg")])),
        Client("OpenCV", python, lambda u, t, d: [python, "-c", OPENCV, u, lavf(t)], said),
        Client("PyAV", python, lambda u, t, d: [python, "-c", PYAV, u, lavf(t)], said),
        Client("mpv", "mpv", lambda u, t, d: [
            "mpv", "--no-config", "--vo=image", f"--vo-image-outdir={d}", "--ao=null", "--untimed",
            f"--frames={PICTURES}", f"--rtsp-transport={lavf(t)}", u],
            lambda _, d: len([n for n in os.listdir(d) if n.endswith(".jpg")])),
        Client("MPlayer", "mplayer", lambda u, t, d: [
            "mplayer", "-noconfig", "all", "-nosound", "-vo", f"jpeg:outdir={d}", "-benchmark",
            "-frames", str(PICTURES), "-lavfdopts", f"o=rtsp_transport={lavf(t)}", "ffmpeg://" + u],
            lambda _, d: len([n for n in os.listdir(d) if n.endswith(".jpg")]),
            can=["tcp", "udp", "http"]),
        Client("openRTSP (live555)", options.open_rtsp, lambda u, t, d: open_rtsp(
            u, t, d, options.open_rtsp), lambda _, d: PICTURES * (
                os.path.getsize(d + "/video-H264-1") > 10_000), can=["tcp", "udp"]),
        Client("aiortsp", python, lambda u, t, d: [python, "-c", AIORTSP, {
            "tcp": u.replace("rtsp://", "rtspt://")}.get(t, u)], said, can=["tcp", "udp", "rtsps"], is_silent=True),
        Client("VLC without live555", "cvlc", lambda u, t, d: [
            *nobody(d), "cvlc", "-vv", "--play-and-exit", "--run-time=5", u],
            lambda o, _: PICTURES if "satip" in o and "satip stream error" in o else 0,
            can=["tcp"]),
        Client("curl", "curl", lambda u, t, d: ["curl", "-sS", "-i", "--max-time", "5", u],
               lambda o, _: PICTURES if "RTSP/1.0 200 OK" in o and "Public:" in o else 0,
               can=["tcp"]),
    ]


class Bridge:
    """The running program, and a certificate for it."""

    def __init__(self, options, schemes, folder):
        key, certificate = folder + "/key.pem", folder + "/certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
                        "-out", certificate, "-days", "2", "-subj", "/CN=localhost"],
                       check=True, capture_output=True)
        rtsp = {"listenPort": options.port, "maxConnectionsPerAddress": 100,
                "tls": {"enabled": True, "listenPort": options.port + 1,
                        "certificateFile": certificate, "keyFile": key}}
        if "multicast" in options.transports:
            rtsp["multicast"] = {"enabled": True}
        if schemes:
            rtsp |= {"username": USER, "password": PASSWORD, "authentication": schemes}
        with open(folder + "/config.json", "w") as file:
            json.dump({"outputs": {"rtsp": rtsp}, "control": {"enabled": False}}, file)
        arguments = [options.bridge, "run", "--config", folder + "/config.json",
                     "--camera-simulated", "always"]
        self.log = open(folder + "/bridge.log", "w+")
        self.process = subprocess.Popen(arguments, stdout=self.log, stderr=self.log)
        for _ in range(100):
            time.sleep(0.1)
            with open(folder + "/bridge.log") as log:
                if "liveview started" in log.read():
                    return
        self.process.kill()
        self.process.wait(20)
        with open(folder + "/bridge.log") as log:
            sys.exit("the bridge does not start:\n" + log.read())

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def attempt(client, transport, login, options):
    """What came of it: a word for the table, and the detail if it is bad."""
    scheme, port = ("rtsps", options.port + 1) if transport == "rtsps" else ("rtsp", options.port)
    user = "" if login == "none" else f"{USER}:{PASSWORD}@"
    url = f"{scheme}://{user}127.0.0.1:{port}/live/stream"
    with tempfile.TemporaryDirectory() as folder:
        command = client.command(url, transport, folder)
        started = time.monotonic()
        try:
            result = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                                    errors="replace", timeout=options.timeout)
            output, code = result.stdout + result.stderr, result.returncode
        except subprocess.TimeoutExpired as expired:
            output = ((expired.stdout or b"") + (expired.stderr or b"")).decode("utf-8", "replace")
            code = "timeout"
        try:
            count = client.count(output, folder)
        except OSError:
            count = 0
    took = time.monotonic() - started
    if count >= PICTURES:
        return f"{took:.1f} s", None
    if login == "SHA-256" and re.search(r"401|[Uu]nauthorized|[Cc]redentials", output):
        return "401", None  # It has no SHA-256; that is no fault of ours.
    if login == "SHA-256" and client.is_silent and code == 0 and not count:
        return "refused", None  # Likely the same, but it does not say so.
    return "**no**", f"{code}, {count} pictures: {output.strip()[-300:]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bridge")
    parser.add_argument("--port", type=int, default=8554, help="and the next one for TLS")
    parser.add_argument("--only", default="", help="clients whose name contains this text")
    parser.add_argument("--logins", default=",".join(LOGINS), help="of " + ", ".join(LOGINS))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--open-rtsp", default="openRTSP")
    parser.add_argument("--timeout", type=float, default=30)
    parser.add_argument("--workers", type=int, default=2, help="clients at a time")
    parser.add_argument("--transports", default=",".join(TRANSPORTS))
    options = parser.parse_args()
    options.transports = options.transports.split(",")
    chosen = [c for c in clients(options) if options.only in c.name]
    for client in [c for c in chosen if not shutil.which(c.program)]:
        print(f"{client.name}: not installed", file=sys.stderr)
        chosen.remove(client)
    rows, faults, troubles = {}, 0, []
    for login in options.logins.split(","):
        with tempfile.TemporaryDirectory() as folder:
            bridge = Bridge(options, LOGINS[login], folder)
            try:
                with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
                    futures = {(c.name, t): pool.submit(attempt, c, t, login, options)
                               for c in chosen for t in options.transports if t in c.can}
                    for (name, transport), future in futures.items():
                        word, trouble = future.result()
                        rows.setdefault((name, transport), {})[login] = word
                        if trouble:
                            faults += 1
                            troubles.append(f"{name}, {transport}, {login}: {trouble}")
                        print(f"{name}, {transport}, {login}: {word}", file=sys.stderr, flush=True)
            finally:
                bridge.stop()
    names = options.logins.split(",")
    print("| client | transport | " + " | ".join(names) + " |")
    print("|---|---|" + "---|" * len(names))
    for (name, transport), words in rows.items():
        print(f"| {name} | {transport} | " + " | ".join(words.get(n, "") for n in names) + " |")
    for trouble in troubles:
        print("\n" + trouble, file=sys.stderr)
    return min(faults, 100)


if __name__ == "__main__":
    sys.exit(main())
