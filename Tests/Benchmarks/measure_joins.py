"""The first complete IDR after connect(), at several keyframe intervals and picture rates."""
import concurrent.futures
import json
import subprocess

from loopback import Bridge, ScriptedCamera
from peers import GstServer

KBPS = 2000


def joins(bench, url, count):
    """Waits are longer than the time for which a burst for newcomers is kept and shared."""
    answer = subprocess.run(
        [bench.readers, "joins", url, str(count), "210", "500"], check=True, capture_output=True,
        text=True)
    return json.loads(answer.stdout)


def compare(bench, fps, interval):
    camera = ScriptedCamera(bench.binary, bench.pictures.folder, bench.ports(), fps)
    bridge = Bridge(
        bench.binary, camera, bench.ports(), "--log-level", "warning",
        "--encoder-keyframe-interval-seconds", str(interval))
    gst = GstServer(bench.pictures, bench.ports(), fps, KBPS, interval)
    try:
        bridge.wait("receiving")
        return [
            ("liveview-bridge", fps, interval, joins(bench, bridge.url, 200)),
            ("gst-rtsp-server", fps, interval, joins(bench, gst.url, bench.times(40, 10)))]
    finally:
        bridge.stop()
        camera.stop()
        gst.stop()


def measure(bench):
    rows, p50s, p99s = [], {}, {}
    for fps in (25, 2):
        # The three keyframe intervals side by side: what a join costs is far from a core.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pairs = list(pool.map(lambda interval: compare(bench, fps, interval), (1, 2, 4)))
        for name, fps, interval, result in sum(pairs, []):
            idr = result["firstIDRMs"]
            rows.append([
                name, str(fps), str(interval), str(idr["count"]), str(result["failures"]),
                f"{result['firstPacketMs']['p50']:.1f}",
                *(f"{idr[key]:.1f}" for key in ("p50", "p90", "p99", "max")),
                str(result["picturesBeforeIDR"])])
            bench.say(" ".join(rows[-1]))
            p50s.setdefault(name, []).append(idr["p50"])
            p99s.setdefault(name, []).append(idr["p99"])
    return {
        "title": "First picture",
        "text": "Milliseconds from before connect() until the first IDR is whole at a reader that "
        "sends OPTIONS, DESCRIBE, SETUP and PLAY, over loopback, nobody else watching.",
        "columns": ["server", "fps", "GOP s", "joins", "failed", "first packet p50", "IDR p50",
                    "p90", "p99", "max", "pictures before it"],
        "rows": rows,
        "goals": [
            ["first IDR p50, worst case, ms", max(p50s["liveview-bridge"]), "≤", 5,
             max(p50s["gst-rtsp-server"])],
            ["first IDR p99, worst case, ms", max(p99s["liveview-bridge"]), "≤", 50,
             max(p99s["gst-rtsp-server"])],
        ],
    }
