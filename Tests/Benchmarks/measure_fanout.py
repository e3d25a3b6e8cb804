"""Many viewers: processor time, memory, skew, gaps and losses."""
import json
import subprocess
import time

from loopback import Bridge, ScriptedCamera, resident_megabytes
from peers import GstServer

FPS, KBPS, KEYFRAME_SECONDS = 15, 2500, 2
TCP, UDP = (1, 20, 60, 200, 500), (1, 60, 200)


def watch(bench, server, url, count, seconds, transport):
    """Figures of a server while `count` viewers look; None if they do not all get in."""
    viewers = subprocess.Popen(
        [bench.readers, "watch", url, str(count), transport], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if viewers.stdout.readline().strip() != "ready":
            bench.say(f"{count} viewers: {viewers.stderr.read().strip()[:200]}")
            return None
        # Newcomers' bursts are over by then.
        time.sleep(4)
        viewers.stdin.write("start\n")
        viewers.stdin.flush()
        begin, at = server.cpu(), time.monotonic()
        time.sleep(seconds)
        cpu = (server.cpu() - begin) / (time.monotonic() - at)
        memory = resident_megabytes(server.pid)
        viewers.stdin.write("stop\n")
        viewers.stdin.flush()
        result = json.loads(viewers.stdout.readline())
    finally:
        viewers.stdin.close()
        try:
            viewers.wait(timeout=20)
        except subprocess.TimeoutExpired:
            viewers.kill()
    result["core"] = 100 * cpu
    result["megabytes"] = memory
    result["kbpsPerViewer"] = result["bytes"] * 8 / 1000 / result["seconds"] / count
    return result


class Ours:
    name = "liveview-bridge"

    def __init__(self, bench):
        self.camera = ScriptedCamera(bench.binary, bench.pictures.folder, bench.ports(), FPS)
        self.bridge = Bridge(
            bench.binary, self.camera, bench.ports(), "--log-level", "warning",
            "--encoder-bitrate-kbps", str(KBPS),
            "--encoder-keyframe-interval-seconds", str(KEYFRAME_SECONDS),
            "--outputs-rtsp-max-connections", "1000",
            "--outputs-rtsp-max-connections-per-address", "1000")
        self.bridge.wait("receiving")
        self.url, self.pid, self.cpu = self.bridge.url, self.bridge.pid, self.bridge.cpu
        time.sleep(2)
        self.idle = resident_megabytes(self.pid)

    def stop(self):
        self.bridge.stop()
        self.camera.stop()


class Gst:
    name = "gst-rtsp-server"

    def __init__(self, bench):
        self.server = GstServer(bench.pictures, bench.ports(), FPS, KBPS, KEYFRAME_SECONDS)
        self.url, self.pid, self.cpu = self.server.url, self.server.pid, self.server.cpu
        self.idle = resident_megabytes(self.pid)

    def stop(self):
        self.server.stop()


def compare(bench, counts, transport):
    """Both servers in turn for each number of viewers, each time a new process."""
    seconds = bench.times(20, 8)
    results = {Ours.name: {}, Gst.name: {}}
    for count in counts:
        for server_type in (Ours, Gst):
            server = server_type(bench)
            try:
                figures = watch(bench, server, server.url, count, seconds, transport)
            finally:
                server.stop()
            if figures:
                figures["idle"] = server.idle
                bench.say(f"{server.name} {transport} {count}: {figures['core']:.1f} %, gap p99 "
                          f"{figures['gapMs']['p99']:.0f} ms, lost {figures['lostPackets']}")
            results[server.name][count] = figures
    return results


def row(name, transport, count, figures, single):
    if not figures:
        return [name, transport, str(count), *["–"] * 11]
    per_viewer = (figures["core"] - single["core"]) / (count - 1) if count > 1 and single else None
    due = FPS * figures["seconds"] * count
    return [
        name, transport, str(count), f"{figures['core']:.1f}",
        "" if per_viewer is None else f"{per_viewer:.3f}", f"{figures['megabytes']:.0f}",
        f"{figures['megabytes'] - figures['idle']:.0f}", f"{figures['skewMs']['p50']:.2f}",
        f"{figures['skewMs']['p99']:.1f}", f"{figures['gapMs']['p99']:.0f}",
        f"{figures['lostPackets']}", f"{100 * figures['pictures'] / due:.1f}",
        f"{figures['kbpsPerViewer']:.0f}",
        f"{100 * figures['readerCPUSeconds'] / figures['seconds']:.0f}"]


def measure(bench):
    counts = TCP if not bench.quick else (1, 60, 500)
    tcp = compare(bench, counts, "tcp")
    udp = compare(bench, UDP, "udp")
    rows = []
    for results, transport in ((tcp, "TCP"), (udp, "UDP")):
        for count in results[Ours.name]:
            for name in (Ours.name, Gst.name):
                of_server = results[name]
                rows.append(row(name, transport, count, of_server[count], of_server.get(1)))
    return report(rows, goals(tcp), {"tcp": tcp, "udp": udp})


def goals(tcp):
    """Ours and, last, the peer's figure; nothing if we did not get so far."""
    def figures(name):
        most, single = tcp[name][500], tcp[name][1]
        if not most or not single:
            return [None] * 5
        return [(most["core"] - single["core"]) / 499, most["core"],
                most["megabytes"] - most["idle"], most["lostPackets"], most["gapMs"]["p99"]]

    limits = [
        ("CPU per TCP viewer, % of a core", 0.03), ("CPU with 500 TCP viewers, % of a core", 15),
        ("RSS with 500 TCP viewers above idle, MB", 40), ("packets lost, 500 TCP viewers", 0),
        ("gap p99 with 500 TCP viewers, ms", 2000 / FPS)]
    return [[text, own, "≤", limit, peer] for (text, limit), own, peer in zip(
        limits, figures(Ours.name), figures(Gst.name)) if own is not None]


def report(rows, goals, raw):
    return {
        "title": "Many viewers",
        "text": f"{FPS} pictures a second, {KBPS} kbit/s, over loopback, each time with a new "
        "server process; its CPU (decoding and encoding included) in % of a core, memory in MB, "
        "times in ms. \"Each more\" is what a viewer costs beyond the first one. Skew is the time "
        "from the first viewer that has a picture until another one has it; gap that between two "
        "pictures at one viewer (even: 67 ms). \"Complete\" is the share of pictures that came, "
        "in %. The reader is a program of its own on the same two cores.",
        "columns": ["server", "", "viewers", "CPU %", "each more %", "RSS", "above idle",
                    "skew p50", "p99", "gap p99", "lost packets", "complete", "kbit/s each",
                    "reader CPU %"],
        "rows": rows,
        "goals": goals,
        "raw": raw,
    }
