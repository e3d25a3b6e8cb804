"""PSNR and SSIM against the camera's JPEGs at the same produced bit rate."""
import os
import re
import shutil
import subprocess

from loopback import Bridge, ScriptedCamera
from peers import ffmpeg_encoder, ffmpeg_source, gst_encoder, gst_source

FPS, KBPS, KEYFRAME_SECONDS = 25, 2000, 2
WARM_UP_SECONDS = 4
# Pictures with colour in every row, as photographs have it; the simulated camera's own are mostly
# grey noise and flat bars, which hide what is done to colour.
COLOURFUL = {
    "fractal, noise": "mandelbrot=size=640x424:rate=25,noise=alls=6:allf=t",
    "test card, noise": "testsrc2=size=640x424:rate=25,noise=alls=10:allf=t",
}
NAMES = {
    "ours": "liveview-bridge, as a viewer received it", "ffmpeg": "ffmpeg `yuv420p` (default)",
    "ffmpeg_full": "ffmpeg `yuvj420p` (full range)", "gst": "GStreamer",
}


def draw(bench, name, graph, count):
    """A folder of JPEGs (4:2:2 as the camera's) from one of ffmpeg's generators."""
    folder = bench.file(name)
    os.makedirs(folder)
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", graph, "-frames:v", str(count),
         "-pix_fmt", "yuvj422p", "-q:v", "4", "-start_number", "0",
         os.path.join(folder, "%05d.jpg")], check=True)
    return folder


def ours(bench, folder, count):
    """The stream as a viewer gets it, and which JPEG each of its pictures shows."""
    log, stream = bench.file("camera.log"), bench.file("ours.h264")
    camera = ScriptedCamera(bench.binary, folder, bench.ports(), FPS, log)
    bridge = Bridge(
        bench.binary, camera, bench.ports(), "--log-level", "warning",
        "--encoder-bitrate-kbps", str(KBPS),
        "--encoder-keyframe-interval-seconds", str(KEYFRAME_SECONDS))
    try:
        bridge.wait("receiving")
        answer = subprocess.run(
            [bench.readers, "pictures", bridge.url, str(WARM_UP_SECONDS + count / FPS + 2), stream],
            check=True, capture_output=True, text=True)
    finally:
        bridge.stop()
        camera.stop()
    received = [line.split() for line in answer.stdout.splitlines()]
    with open(log) as file:
        sent = [(int(at), int(index)) for index, at in map(str.split, file)]
    # A picture shows what was sent last before it came: encoding takes a tenth of an interval.
    shown, position = [], 0
    for line in received:
        while position + 1 < len(sent) and sent[position + 1][0] < int(line[0]):
            position += 1
        shown.append(sent[position][1])
    begin = int(received[0][0]) + WARM_UP_SECONDS * 10**9
    first = next(i for i, line in enumerate(received) if int(line[0]) > begin and line[3] == "1")
    last = min(first + count, len(received))
    byte_count = sum(int(line[2]) for line in received[first:last])
    return stream, first, shown[first:last], byte_count


def encode(bench, name, kbps, indexes):
    """The same pictures through a peer; the last try's stream is kept."""
    distance = FPS * KEYFRAME_SECONDS
    stream = bench.file(f"{name}.h264")
    source = bench.file("source.mjpeg")
    if name == "gst":
        folder = bench.file("source")
        command = ["gst-launch-1.0", "-q", *gst_source(folder, FPS).replace(
            " loop=true", f" num-buffers={len(indexes)}").split(), "!",
            *f"{gst_encoder(kbps, distance)},stream-format=byte-stream".split(), "!",
            "filesink", f"location={stream}"]
    else:
        pixel_format = "yuv420p" if name == "ffmpeg" else "yuvj420p"
        command = ffmpeg_source(source, FPS) + ["-frames:v", str(len(indexes))] + ffmpeg_encoder(
            kbps, pixel_format, distance) + ["-y", "-f", "h264", stream]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return stream, os.path.getsize(stream)


def compare(stream, first, count, source):
    """PSNR in dB and SSIM, in RGB as a viewer sees it."""
    result = []
    for measure, pattern in (("psnr", r"average:([\d.]+)"), ("ssim", r"All:([\d.]+)")):
        graph = (
            f"[0:v]select=gte(n\\,{first})*lt(n\\,{first + count}),setpts=N/{FPS}/TB,"
            "scale=flags=bicubic+accurate_rnd+full_chroma_int,format=gbrp[a];"
            f"[1:v]setpts=N/{FPS}/TB,scale=flags=bicubic+accurate_rnd+full_chroma_int,"
            f"format=gbrp[b];[a][b]{measure}=shortest=1")
        answer = subprocess.run(
            ["ffmpeg", "-nostdin", "-hide_banner", "-r", str(FPS), "-i", stream, "-r", str(FPS),
             "-f", "mjpeg", "-i", source, "-lavfi", graph, "-f", "null", "-"],
            check=True, capture_output=True, text=True)
        result.append(float(re.findall(pattern, answer.stderr)[-1]))
    return result


def compare_all(bench, title, folder, count):
    stream, first, indexes, target = ours(bench, folder, count)
    source = bench.file("source.mjpeg")
    shutil.rmtree(bench.file("source"), ignore_errors=True)
    os.makedirs(bench.file("source"))
    with open(source, "wb") as file:
        for number, index in enumerate(indexes):
            jpeg = os.path.join(folder, f"{index:05d}.jpg")
            os.link(jpeg, os.path.join(bench.file("source"), f"{number:05d}.jpg"))
            with open(jpeg, "rb") as picture:
                file.write(picture.read())
    figures = {"ours": (target, KBPS, *compare(stream, first, len(indexes), source))}
    for name in ("ffmpeg", "ffmpeg_full", "gst"):
        kbps = KBPS
        for _ in range(4):
            stream, size = encode(bench, name, kbps, indexes)
            if abs(size / target - 1) < 0.003:
                break
            kbps = round(kbps * target / size)
        figures[name] = (size, kbps, *compare(stream, 0, len(indexes), source))
    bench.say(f"{title}: " + ", ".join(f"{name} {figures[name][2]:.2f} dB" for name in figures))
    return [[
        title, NAMES[name], f"{size * 8 * FPS / len(indexes) / 1000:.0f}", f"{kbps}",
        f"{psnr:.2f}", f"{ssim:.4f}"] for name, (size, kbps, psnr, ssim) in figures.items()], {
        name: figure[2] for name, figure in figures.items()}


def measure(bench):
    count = bench.times(500, 150)
    rows, above, below = [], [], []
    sources = {"simulated camera": bench.pictures.folder}
    for title, graph in COLOURFUL.items():
        sources[title] = draw(bench, title, graph, 250)
    for title, folder in sources.items():
        more, psnr = compare_all(bench, title, folder, count)
        rows += more
        below.append(psnr["ffmpeg_full"] - psnr["ours"])
        if title in COLOURFUL:
            above.append(psnr["ours"] - psnr["gst"])
    return {
        "title": "Picture quality at equal bit rate",
        "text": f"{count} pictures against the JPEGs they were made of, in RGB. The peers' bit "
        "rate is set so that they produce the bytes we do (within 0.3 %). GStreamer's jpegdec "
        "leaves out every second row of colour, which costs nothing where colour is smooth. "
        "Reference is ffmpeg's JPEG decoder: in the simulated camera's flat bars its rounding "
        "differs by one level from libjpeg-turbo's, which PSNR hardly and SSIM strongly notices.",
        "columns": ["pictures", "program", "kbit/s", "set to", "PSNR dB", "SSIM"],
        "rows": rows,
        "goals": [
            ["PSNR above GStreamer, colourful pictures, dB", min(above), "≥", 0.8],
            ["PSNR below ffmpeg full range, worst case, dB", max(below), "≤", 0.1],
        ],
    }
