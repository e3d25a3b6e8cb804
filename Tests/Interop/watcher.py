"""A healthy reader in a process of its own, and what the server's process costs meanwhile."""
import multiprocessing
import os
import threading
import time

from rtpcheck import Stream
from wire import Connection, Closed, Fail, expect


class Reader(threading.Thread):
    """Plays over TCP and measures the time between complete pictures."""

    def __init__(self, address, url, login=None):
        super().__init__(daemon=True)
        self.connection = Connection(address, url, login, timeout=30)
        self.connection.set_up(url + "/trackID=0")
        self.connection.play()
        self.stream, self.trouble, self.ended = Stream(), None, False
        self.lock, self.gaps, self.last = threading.Lock(), [], None
        self.start()

    def run(self):
        try:
            while not self.ended:
                frame = self.connection.frame(timeout=30)
                if frame.channel != 0:
                    continue
                before = len(self.stream.pictures)
                self.stream.feed(frame.payload, frame.at)
                if len(self.stream.pictures) > before:
                    self._picture(frame.at)
        except (Fail, Closed, OSError) as error:
            if not self.ended:
                self.trouble = f"reader ended: {error}"

    def _picture(self, at):
        with self.lock:
            if self.last is not None:
                self.gaps.append(at - self.last)
            self.last = at
        # What was checked need not be kept for ten minutes.
        del self.stream.pictures[:-2]

    def begin(self):
        """A new measurement starts."""
        with self.lock:
            self.gaps, self.stream.faults = [], []

    def result(self):
        """(pictures, p50, p99 and worst gap in ms, faults); an open gap counts."""
        with self.lock:
            gaps = sorted(self.gaps + ([time.monotonic() - self.last] if self.last else []))
        if not gaps:
            return 0, 0.0, 0.0, float("inf"), ["no picture"]
        faults = list(self.stream.faults) + ([self.trouble] if self.trouble else [])
        at = lambda part: gaps[min(len(gaps) - 1, int(len(gaps) * part))] * 1000  # noqa: E731
        return len(gaps), at(0.5), at(0.99), gaps[-1] * 1000, faults

    def stop(self):
        self.ended = True
        try:
            expect(self.connection.in_session("TEARDOWN"), 200)
        except (Fail, Closed, OSError):
            pass
        self.connection.close()


def _serve(pipe, arguments):
    reader = Reader(*arguments)
    pipe.send("ready")
    while (order := pipe.recv()) != "stop":
        pipe.send(reader.begin() if order == "begin" else reader.result())
    reader.stop()


class Watcher:
    """A reader that no work of this process holds up."""

    def __init__(self, *arguments):
        self.pipe, far = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_serve, args=(far, arguments), daemon=True)
        self.process.start()
        self.pipe.recv()

    def _ask(self, order):
        self.pipe.send(order)
        return self.pipe.recv()

    def begin(self):
        self._ask("begin")

    def result(self):
        return self._ask("result")

    def stop(self):
        self.pipe.send("stop")
        self.process.join(10)


class Process:
    """Memory and descriptors of a process, from /proc."""

    def __init__(self, pid):
        self.pid = pid

    def rss(self):
        """Megabytes."""
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu(self):
        """Seconds used so far."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self, descriptors, limit=20):
        """Waits until no more descriptors are open than before; returns the seconds it took."""
        started = time.monotonic()
        while self.descriptors() > descriptors and time.monotonic() - started < limit:
            time.sleep(0.1)
        return time.monotonic() - started
