"""Programs that do the bridge's work with the same pictures and encoder settings."""
import os
import subprocess
import time

from loopback import end, process_cpu


def gst_encoder(kbps, keyframe_distance, preset="superfast"):
    """x264enc as the bridge sets its encoder; the options of GStreamer's own are left alone."""
    return (
        f"x264enc speed-preset={preset} tune=zerolatency bitrate={kbps} vbv-buf-capacity=500 "
        f"key-int-max={keyframe_distance} threads=1 option-string=scenecut=0:sliced-threads=0 ! "
        "video/x-h264,profile=constrained-baseline")


def gst_source(folder, fps):
    return (
        f"multifilesrc location={folder}/%05d.jpg loop=true "
        f"caps=image/jpeg,framerate={fps}/1 ! jpegdec")


def ffmpeg_encoder(kbps, pixel_format, keyframe_distance, preset="superfast"):
    """x264 options as the bridge sets them."""
    return [
        "-pix_fmt", pixel_format, "-c:v", "libx264", "-preset", preset, "-tune", "zerolatency",
        "-profile:v", "baseline", "-b:v", f"{kbps}k", "-maxrate", f"{kbps}k",
        "-bufsize", f"{kbps // 2}k", "-g", str(keyframe_distance), "-sc_threshold", "0",
        "-threads", "1"]


def ffmpeg_source(mjpeg, fps, *options):
    return [
        "ffmpeg", "-nostdin", "-v", "error", *options, "-stream_loop", "-1", "-threads", "1",
        "-f", "mjpeg", "-framerate", str(fps), "-i", mjpeg]


class Process:
    """A program whose processor time is read while it runs."""

    def __init__(self, command, log=subprocess.DEVNULL, **options):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, **options)
        self.pid = self.process.pid

    def cpu(self):
        return process_cpu(self.pid)

    def stop(self):
        end(self.process, seconds=3)


def ffmpeg_sender(pictures, fps, kbps, pixel_format, keyframe_distance, port, url=None):
    """Reads the pictures from a file at their pace, or as they come from a URL (MJPEG)."""
    source = ffmpeg_source(pictures.mjpeg, fps, "-re") if url is None else [
        "ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-f", "mpjpeg", "-i", url, "-an"]
    return Process(
        source + ffmpeg_encoder(kbps, pixel_format, keyframe_distance)
        + ["-f", "rtp", f"rtp://127.0.0.1:{port}?pkt_size=1400"])


def gst_sender(pictures, fps, kbps, keyframe_distance, port, url=None):
    """The same with GStreamer."""
    source = gst_source(pictures.folder, fps) if url is None else (
        f"souphttpsrc location={url} is-live=true do-timestamp=true ! multipartdemux ! "
        f"image/jpeg,framerate={fps}/1 ! jpegdec")
    text = (
        f"{source} ! {gst_encoder(kbps, keyframe_distance)} ! rtph264pay mtu=1400 ! "
        f"udpsink host=127.0.0.1 port={port} sync={'true' if url is None else 'false'}")
    return Process(["gst-launch-1.0", "-q", *text.split()])


class GstServer(Process):
    """gst-rtsp-server as a process; `url` answers when this returns."""

    def __init__(self, pictures, port, fps, kbps, keyframe_seconds, address="127.0.0.1"):
        here = os.path.dirname(os.path.abspath(__file__))
        super().__init__(
            ["/usr/bin/python3", os.path.join(here, "gst_server.py"), pictures.folder, str(port),
             str(fps), str(kbps), str(keyframe_seconds), address])
        host = "127.0.0.1" if address == "0.0.0.0" else address
        self.url = f"rtsp://{host}:{port}/live/stream"
        time.sleep(1.5)
        if self.process.poll() is not None:
            raise RuntimeError("gst-rtsp-server does not start")
