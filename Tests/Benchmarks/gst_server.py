#!/usr/bin/python3
"""gst-rtsp-server with a live H.264 stream of given JPEGs: the peer for comparisons.

    gst_server.py PICTURES_FOLDER PORT FPS BITRATE_KBPS KEYFRAME_SECONDS [ADDRESS]

One shared pipeline for all viewers, fed as a live source; the encoder's settings are the bridge's.
Runs with Debian's own Python, which has the bindings (python3-gi, gir1.2-gst-rtsp-server-1.0).
"""
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

from peers import gst_encoder  # noqa: E402
from scripted_camera import pictures_of  # noqa: E402

folder, port, fps, bitrate, interval = sys.argv[1:6]
fps = float(fps)
Gst.init(None)
buffers = [data for data in pictures_of(folder)]
number = 0
sources = []
begin = time.monotonic()


def configure(_, media):
    sources.clear()
    sources.append(media.get_element().get_by_name("camera"))
    media.connect("unprepared", lambda _: sources.clear())


def push():
    global number
    number += 1
    for source in sources:
        source.emit("push-buffer", Gst.Buffer.new_wrapped(buffers[number % len(buffers)]))
    wait = begin + (number + 1) / fps - time.monotonic()
    GLib.timeout_add(max(0, round(1000 * wait)), push)
    return False


factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    "( appsrc name=camera is-live=true do-timestamp=true format=time max-bytes=1000000 "
    f"caps=image/jpeg,framerate={int(fps)}/1 ! jpegdec ! "
    + gst_encoder(int(bitrate), max(1, round(fps * float(interval))))
    + " ! rtph264pay mtu=1400 name=pay0 pt=96 )")
factory.set_shared(True)
factory.connect("media-configure", configure)
server = GstRtspServer.RTSPServer()
server.set_address(sys.argv[6] if len(sys.argv) > 6 else "127.0.0.1")
server.set_service(port)
server.set_backlog(1024)
server.get_mount_points().add_factory("/live/stream", factory)
server.attach(None)
GLib.timeout_add_seconds(10, lambda: server.get_session_pool().cleanup() or True)
push()
GLib.MainLoop().run()
