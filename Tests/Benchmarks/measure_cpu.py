"""Processor time per picture at a camera's pace, beside the codec calls alone and two peers."""
import json
import socket
import statistics
import subprocess
import threading
import time

from loopback import Bridge, ScriptedCamera
from peers import ffmpeg_sender, gst_sender

FPS, KBPS, KEYFRAME_SECONDS = 25, 2000, 2
NAMES = {
    "ours": "liveview-bridge, one RTSP viewer",
    "codec": "codec calls alone (same code, one thread)",
    "ffmpeg": "ffmpeg `yuv420p`, from a file, → RTP",
    "ffmpeg_http": "ffmpeg `yuv420p`, from the camera, → RTP",
    "ffmpeg_full": "ffmpeg `yuvj420p`, from a file, → RTP",
    "gst": "GStreamer, from a file, → RTP",
    "gst_http": "GStreamer, from the camera, → RTP",
}


class Receiver(threading.Thread):
    """Counts the pictures (markers) and bytes of an RTP stream."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.pictures = self.bytes = 0
        self.start()

    def run(self):
        while True:
            packet = self.socket.recv(65536)
            if len(packet) < 13:
                return
            self.pictures += packet[1] >> 7
            self.bytes += len(packet) - 12

    def stop(self):
        self.socket.sendto(b"", ("127.0.0.1", self.port))
        self.join()
        self.socket.close()


def figures(cpu, pictures, byte_count):
    return {
        "microseconds": 1e6 * cpu / pictures, "pictures": pictures,
        "kbps": byte_count * 8 / 1000 / (pictures / FPS)}


def ours(bench, seconds):
    camera = ScriptedCamera(bench.binary, bench.pictures.folder, bench.ports(), FPS)
    bridge = Bridge(
        bench.binary, camera, bench.ports(), "--log-level", "warning",
        "--encoder-bitrate-kbps", str(KBPS),
        "--encoder-keyframe-interval-seconds", str(KEYFRAME_SECONDS))
    viewer = None
    try:
        bridge.wait("receiving")
        viewer = subprocess.Popen(
            [bench.readers, "watch", bridge.url, "1"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        viewer.stdout.readline()
        time.sleep(3)
        before, begin = bridge.encoder(), bridge.cpu()
        time.sleep(seconds)
        end, after = bridge.cpu(), bridge.encoder()
        count = after["picturesEncoded"] - before["picturesEncoded"]
        result = figures(end - begin, count, after["bytes"] - before["bytes"])
        result["calls"] = 1e6 * (after["codecCPUSeconds"] - before["codecCPUSeconds"]) / count
        return result
    finally:
        if viewer:
            viewer.stdin.close()
            viewer.kill()
        bridge.stop()
        camera.stop()


def codec(bench, seconds):
    answer = subprocess.run(
        [bench.codec_loop, bench.pictures.mjpeg, "--real-time", "--rate", str(FPS), "--count",
         str(int(seconds * FPS)), "--bitrate-kbps", str(KBPS), "--keyframe-interval-seconds",
         str(KEYFRAME_SECONDS)], check=True, capture_output=True, text=True)
    facts = json.loads(answer.stdout)
    return {
        "microseconds": facts["totalMicroseconds"]["mean"], "pictures": facts["pictures"],
        "kbps": facts["measuredKbps"], "process": facts["processMicrosecondsPerPicture"]}


def peer(start, seconds):
    receiver = Receiver()
    process = start(receiver.port)
    try:
        # Starting up, linking libraries, is not counted for anybody.
        time.sleep(4)
        begin, pictures, byte_count = process.cpu(), receiver.pictures, receiver.bytes
        time.sleep(seconds)
        end = process.cpu()
        return figures(end - begin, receiver.pictures - pictures, receiver.bytes - byte_count)
    finally:
        process.stop()
        receiver.stop()


def measure(bench):
    seconds, rounds = bench.times(15, 6), bench.times(6, 2)
    distance = int(FPS * KEYFRAME_SECONDS)

    def ffmpeg(pixel_format, url=None):
        return peer(
            lambda port: ffmpeg_sender(
                bench.pictures, FPS, KBPS, pixel_format, distance, port, url), seconds)

    def gst(url=None):
        return peer(
            lambda port: gst_sender(bench.pictures, FPS, KBPS, distance, port, url), seconds)

    def from_camera(way):
        first_port = bench.ports()
        camera = ScriptedCamera(bench.binary, bench.pictures.folder, first_port, FPS)
        try:
            return way(f"http://127.0.0.1:{first_port}/mjpeg")
        finally:
            camera.stop()

    ways = {
        "ours": lambda: ours(bench, seconds),
        "codec": lambda: codec(bench, seconds),
        "ffmpeg": lambda: ffmpeg("yuv420p"),
        "ffmpeg_http": lambda: from_camera(lambda url: ffmpeg("yuv420p", url)),
        "ffmpeg_full": lambda: ffmpeg("yuvj420p"),
        "gst": gst,
        "gst_http": lambda: from_camera(gst),
    }
    runs = {name: [] for name in ways}
    names = list(ways)
    for number in range(rounds):
        # Each is first once: what else runs on the machine hits all of them.
        for name in names[number % len(names):] + names[:number % len(names)]:
            runs[name].append(ways[name]())
        bench.say(", ".join(f"{name} {runs[name][-1]['microseconds']:.0f}" for name in names)
                  + f", own calls {runs['ours'][-1]['calls']:.0f} us a picture")
    return summary(runs, seconds, rounds)


def summary(runs, seconds, rounds):
    def ratios(over):
        return [a["microseconds"] / b["microseconds"] for a, b in zip(runs["ours"], runs[over])]

    median = statistics.median
    rows = []
    for name, title in NAMES.items():
        values = [run["microseconds"] for run in runs[name]]
        ratio = "" if name == "ours" else f"{median(ratios(name)):.2f}"
        rows.append([
            title, f"{median(values):.0f}", f"{min(values):.0f}–{max(values):.0f}",
            f"{median(run['kbps'] for run in runs[name]):.0f}", ratio])
    own = median(run["microseconds"] / run["calls"] for run in runs["ours"])
    calls = [run["calls"] for run in runs["ours"]]
    rows.insert(1, [
        "of these, its decode and encode calls", f"{median(calls):.0f}",
        f"{min(calls):.0f}–{max(calls):.0f}", "", f"{own:.2f}"])
    return {
        "title": "Processor time per picture",
        "text": f"{FPS} pictures a second (640x424, 4:2:2) at real time, x264 superfast, "
        f"constrained baseline, {KBPS} kbit/s, an IDR every {KEYFRAME_SECONDS} s, one thread. "
        f"User and system time of the whole process in µs; start-up not counted. Medians of "
        f"{rounds} rounds of {seconds} s each, one after the other in changing order; ratios are "
        "medians of the rounds' ratios. Ours reads the camera's HTTP stream and serves RTSP over "
        "TCP. \"From the camera\" is the like-for-like comparison: the same pictures over HTTP "
        "(multipart), at the same pace; from a file the peers are spared that.",
        "columns": ["program", "µs", "range", "kbit/s", "ours / this"],
        "rows": rows,
        "goals": [
            ["CPU per picture / codec calls (in process)", own, "≤", 1.05],
            ["CPU per picture / codec calls (alone)", median(ratios("codec")), "≤", 1.05],
            ["CPU per picture / ffmpeg default", median(ratios("ffmpeg")), "≤", 0.75],
            ["CPU per picture / ffmpeg default, both from the camera",
             median(ratios("ffmpeg_http")), "≤", 0.75],
            ["CPU per picture / GStreamer", median(ratios("gst")), "≤", 1.0],
            ["CPU per picture / GStreamer, both from the camera", median(ratios("gst_http")),
             "≤", 1.0],
        ],
        "raw": runs,
    }
