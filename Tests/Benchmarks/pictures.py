"""The camera JPEGs that everybody gets, taken from the simulated camera."""
import json
import os
import urllib.request

from loopback import Camera


class Pictures:
    """A folder of numbered JPEGs, and the same in a row in one file."""

    def __init__(self, folder):
        self.folder = folder
        self.mjpeg = os.path.join(folder, "pictures.mjpeg")

    @classmethod
    def take(cls, binary, folder, port, count=250):
        os.makedirs(folder, exist_ok=True)
        pictures = cls(folder)
        camera = Camera(binary, port, "--frames-per-second", "30", "--jitter", "0")
        try:
            frames = cls._frames(f"http://127.0.0.1:{port + 1}/sony/camera", count)
        finally:
            camera.stop()
        for number, frame in enumerate(frames):
            with open(os.path.join(folder, f"{number:05d}.jpg"), "wb") as file:
                file.write(frame)
        with open(pictures.mjpeg, "wb") as file:
            file.write(b"".join(frames))
        pictures.count = len(frames)
        pictures.mean_bytes = sum(map(len, frames)) / len(frames)
        return pictures

    @staticmethod
    def _frames(api, count):
        def call(method):
            body = json.dumps({"method": method, "params": [], "id": 1, "version": "1.0"})
            return json.load(urllib.request.urlopen(api, body.encode(), timeout=10))

        call("startRecMode")
        frames = []
        with urllib.request.urlopen(call("startLiveview")["result"][0], timeout=10) as stream:
            while len(frames) < count:
                head = stream.read(136)
                data = stream.read(int.from_bytes(head[12:15], "big") + head[15])
                if head[1] == 1:
                    frames.append(Pictures._whole(data))
        return frames

    @staticmethod
    def _whole(data):
        """Without the stale bytes a camera leaves behind the end of a picture.

        The simulated camera's JPEGs have neither restart markers nor several scans: in coded data
        FF is followed by 00 up to the real end.
        """
        cut = data.index(b"\xff\xda")
        while True:
            cut = data.index(b"\xff", cut + 2)
            if data[cut + 1] == 0xD9:
                return data[:cut + 2]
