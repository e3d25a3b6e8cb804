"""A simulated camera and the bridge, as processes of their own on loopback, for measurements."""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

from rtspprobe import process_usage


def process_cpu(pid):
    """Processor time of a whole process in seconds, ended threads included, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED of the process


def resident_megabytes(pid):
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def fetch(url, timeout=5):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return json.load(answer)


class Camera:
    """`liveview-bridge simulate`; its ports are `first_port` and the two behind it."""

    def __init__(self, binary, first_port, *options, stdout=subprocess.DEVNULL):
        self.description = f"http://127.0.0.1:{first_port}/scalarwebapi_dd.xml"
        self.control = f"http://127.0.0.1:{first_port + 2}"
        self.process = subprocess.Popen(
            [binary, "simulate", "--description-port", str(first_port),
             "--api-port", str(first_port + 1), "--control-port", str(first_port + 2),
             "--no-discovery", *options], stdout=stdout, stderr=subprocess.STDOUT, text=True)
        wait_for("the simulated camera", self.process, self.control + "/")

    def state(self):
        return fetch(self.control + "/")["state"]

    def calls(self):
        """Time now in milliseconds, and the newest 1000 requests."""
        answer = fetch(self.control + "/calls")
        return answer["nowMs"], answer["calls"]

    def stop(self):
        end(self.process)


class ScriptedCamera:
    """`scripted_camera.py` as a process of its own: given pictures at even distances."""

    def __init__(self, binary, folder, first_port, fps, log=None):
        self.description = f"http://127.0.0.1:{first_port}/scalarwebapi_dd.xml"
        here = os.path.dirname(os.path.abspath(__file__))
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(here, "scripted_camera.py"), binary, folder,
             str(first_port), str(fps), *([log] if log else [])], stdout=subprocess.DEVNULL)
        wait_for("the scripted camera", self.process, self.description, parse=False)

    def stop(self):
        end(self.process)


class Bridge:
    """`liveview-bridge run` with this camera: RTSP at `first_port`, status pages at the next."""

    def __init__(
            self, binary, camera, first_port, *options, log=subprocess.DEVNULL,
            address="127.0.0.1"):
        self.url = f"rtsp://127.0.0.1:{first_port}/live/stream"
        self.control = f"http://127.0.0.1:{first_port + 1}"
        self.process = subprocess.Popen(
            [binary, "run", "--camera-url", camera.description,
             "--outputs-rtsp-listen-port", str(first_port),
             "--outputs-rtsp-listen-address", address,
             "--control-listen-port", str(first_port + 1), *options],
            stdout=log, stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        wait_for("the bridge", self.process, self.control + "/status")

    def status(self):
        return fetch(self.control + "/status")

    def encoder(self):
        return self.status()["components"]["encoder"]

    def usage(self):
        return process_usage(self.pid)

    def cpu(self):
        return process_cpu(self.pid)

    def wait(self, activity, seconds=30):
        """Waits until the camera's activity on the status page is this one."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.status()["components"]["camera"]["activity"].startswith(activity):
                return
            time.sleep(0.05)
        raise TimeoutError(f"the camera is not {activity} within {seconds} s")

    def stop(self):
        """Exit code and seconds until the end."""
        begin = time.monotonic()
        return end(self.process), time.monotonic() - begin


def wait_for(name, process, url, parse=True):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"{name} does not start: exit code {process.returncode}")
        try:
            if parse:
                return fetch(url, timeout=1)
            return urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.05)
    end(process)
    sys.exit(f"{name} does not answer at {url}")


def end(process, seconds=15):
    """Asks a process to end, and makes it if it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def machine():
    """Processor and number of cores, as a report names them."""
    names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
             if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else "unknown processor"
