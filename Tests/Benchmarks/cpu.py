#!/usr/bin/env python3
"""CPU per picture: the bridge beside its own codec calls and beside ffmpeg, in one run.

    cpu.py path/to/liveview-bridge [--codec-loop path/to/codec-loop] [--seconds 60] [--fps 25]

All three get the same pictures of one simulated camera (a process of its own), the same preset,
profile, bit rate, keyframe interval and one thread, at real time.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

from rtspprobe import process_usage

parser = argparse.ArgumentParser()
parser.add_argument("binary")
parser.add_argument("--codec-loop")
parser.add_argument("--seconds", type=int, default=60)
parser.add_argument("--fps", type=float, default=25)
parser.add_argument("--bitrate", type=int, default=2000)
parser.add_argument("--preset", default="superfast")
options = parser.parse_args()
API, DESCRIPTION, RTSP, CONTROL = 28080, 28061, 28554, 28088


camera = subprocess.Popen(
    [options.binary, "simulate", "--api-port", str(API), "--description-port", str(DESCRIPTION),
     "--no-discovery", "--frames-per-second", str(options.fps)],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
time.sleep(1)
bridge = subprocess.Popen(
    [options.binary, "run", "--camera-url", f"http://127.0.0.1:{DESCRIPTION}/scalarwebapi_dd.xml",
     "--outputs-rtsp-listen-port", str(RTSP), "--outputs-rtsp-listen-address", "127.0.0.1",
     "--control-listen-port", str(CONTROL), "--encoder-bitrate-kbps", str(options.bitrate),
     "--encoder-preset", options.preset],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def status():
    with urllib.request.urlopen(f"http://127.0.0.1:{CONTROL}/status") as answer:
        return json.load(answer)["components"]


try:
    time.sleep(4)
    half = options.seconds / 2

    # 1. Liveview runs, nobody watches.
    begin, pictures = process_usage(bridge.pid)[0], status()["encoder"]["picturesReceived"]
    started = time.monotonic()
    time.sleep(half)
    idle_cpu = process_usage(bridge.pid)[0] - begin
    idle_pictures = status()["encoder"]["picturesReceived"] - pictures
    elapsed = time.monotonic() - started
    print(f"no viewer: {100 * idle_cpu / elapsed:.2f} % of a core, "
          f"{idle_pictures / elapsed:.1f} pictures a second, "
          f"{1e6 * idle_cpu / max(1, idle_pictures):.0f} us a picture")

    # 2. One viewer, in a process of its own.
    viewer = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; sys.path.insert(0, sys.argv[1]); from rtspprobe import Reader; "
         "r = Reader(sys.argv[2]).play(); r.pump(3600)", os.path.dirname(os.path.abspath(__file__)),
         f"rtsp://127.0.0.1:{RTSP}/live/stream"], stdout=subprocess.DEVNULL)
    time.sleep(3)
    before, begin = status()["encoder"], process_usage(bridge.pid)[0]
    time.sleep(options.seconds)
    after, end = status()["encoder"], process_usage(bridge.pid)[0]
    viewer.kill()
    count = after["picturesEncoded"] - before["picturesEncoded"]
    ours = 1e6 * (end - begin) / count
    print(f"one viewer: {ours:.0f} us a picture over {count} pictures, "
          f"{(after['bytes'] - before['bytes']) * 8 / options.seconds / 1000:.0f} kbit/s")
    if "codecCPUSeconds" in after:
        calls = 1e6 * (after["codecCPUSeconds"] - before["codecCPUSeconds"]) / count
        print(f"  its decode and encode calls (thread CPU): {calls:.0f} us a picture, "
              f"ratio {ours / calls:.3f}")

    # 3. The same pictures for the others, taken from the camera's own stream.
    bridge.terminate()
    bridge.wait()

    def call(method):
        request = urllib.request.Request(
            f"http://127.0.0.1:{API}/sony/camera",
            json.dumps({"method": method, "params": [], "id": 1, "version": "1.0"}).encode())
        return json.load(urllib.request.urlopen(request))

    call("startRecMode")
    url = call("startLiveview")["result"][0]
    stream = urllib.request.urlopen(url)
    frames = []
    while len(frames) < options.fps * 20:
        head = stream.read(136)
        size, padding = int.from_bytes(head[12:15], "big"), head[15]
        data = stream.read(size + padding)
        if head[1] == 1:
            # The simulated camera's JPEGs have no restart markers, and its first EOI in entropy
            # data cannot be mistaken: FF is always followed by 00 there.
            start = data.index(b"\xff\xda")
            cut = start
            while True:
                cut = data.index(b"\xff", cut + 2)
                if data[cut + 1] == 0xD9:
                    break
            frames.append(data[:cut + 2])
    stream.close()
    folder = tempfile.mkdtemp()
    mjpeg = os.path.join(folder, "frames.mjpeg")
    with open(mjpeg, "wb") as file:
        file.write(b"".join(frames))
    print(f"pictures: {len(frames)}, {sum(map(len, frames)) / len(frames) / 1000:.1f} kB each")

    def ffmpeg(extra, pixel_format):
        log = os.path.join(folder, "ffmpeg.log")
        gop = int(options.fps * 2)
        # x264 options as the bridge sets them.
        process = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-stats", *extra, "-stream_loop", "-1", "-threads", "1",
             "-f", "mjpeg", "-framerate", str(options.fps), "-i", mjpeg,
             "-t", str(options.seconds), "-pix_fmt", pixel_format, "-c:v", "libx264",
             "-preset", options.preset, "-tune", "zerolatency", "-profile:v", "baseline",
             "-b:v", f"{options.bitrate}k", "-maxrate", f"{options.bitrate}k",
             "-bufsize", f"{options.bitrate // 2}k", "-g", str(gop), "-sc_threshold", "0",
             "-threads", "1", "-f", "rtp", "rtp://127.0.0.1:28990"],
            stdout=subprocess.DEVNULL, stderr=open(log, "w"))
        _, code, usage = os.wait4(process.pid, 0)
        if code:
            print(open(log).read()[-500:])
        return 1e6 * (usage.ru_utime + usage.ru_stime) / (options.seconds * options.fps)

    for pixel_format in ("yuvj420p", "yuv420p"):
        theirs = ffmpeg(["-re"], pixel_format)
        print(f"ffmpeg -re -pix_fmt {pixel_format}: {theirs:.0f} us a picture, "
              f"ours/ffmpeg {ours / theirs:.3f}")
    if options.codec_loop:
        answer = subprocess.run(
            [options.codec_loop, mjpeg, "--preset", options.preset, "--bitrate-kbps",
             str(options.bitrate)], capture_output=True, text=True)
        print("codec loop at full speed:", answer.stdout.strip() or answer.stderr.strip())
finally:
    for process in (camera, bridge):
        if process.poll() is None:
            process.kill()
