#!/usr/bin/env python3
"""Strict checker for an RTSP server with one live H.264 stream.

    strict.py HOST PORT PATH [--user U --password P] [--only TEXT] [--workers N] [--untimed]

One line per case: PASS, FAIL, WARN or SKIP, and the reason. The exit code is the number of
failures and warnings. With --untimed nothing fails for being slow, as on a machine that is busy
with other things. Needs nothing but the standard library, and shares no code with the bridge.
"""
import argparse
import concurrent.futures
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from strictcases import ALL_CASES  # noqa: E402
from wire import Closed, Connection, Fail  # noqa: E402


class Skip(Exception):
    """The case does not apply to this server."""


class Scene:
    """What a case gets: the server's address and a way to connect; warnings are collected."""

    def __init__(self, options):
        self.host, self.port, self.path = options.host, options.port, "/" + options.path.strip("/")
        self.login = (options.user, options.password) if options.user else None
        literal = f"[{self.host}]" if ":" in self.host else self.host
        self.authority = f"{literal}:{self.port}"
        self.root = f"rtsp://{self.authority}"
        self.url = self.root + self.path
        self.track = self.url + "/trackID=0"
        # Whether being slow is a fault, and how much longer than usual to wait otherwise.
        self.timed = not options.untimed
        self.patience = 1 if self.timed else 4
        self.warnings, self.open = [], []

    def connect(self, **options):
        options.setdefault("login", self.login)
        options.setdefault("patience", self.patience)
        connection = Connection((self.host, self.port), self.url, **options)
        self.open.append(connection)
        return connection

    def ready(self, transport="RTP/AVP/TCP;unicast;interleaved=0-1", **options):
        """A connection with a session that does not play yet."""
        connection = self.connect(**options)
        connection.set_up(self.track, transport)
        return connection

    def playing(self, **options):
        connection = self.ready(**options)
        connection.played = connection.play()
        return connection

    def warn(self, text):
        self.warnings.append(text)

    def skip(self, text):
        raise Skip(text)

    def alive(self, connection):
        """The connection still answers."""
        answer = connection.request("OPTIONS")
        if answer.code != 200:
            raise Fail(f"OPTIONS afterwards: {answer.code}")


def run(case, options):
    scene, started = Scene(options), time.monotonic()
    try:
        if case.timed and not scene.timed:
            scene.skip("judges times")
        case.function(scene)
        verdict, reason = ("WARN", "; ".join(scene.warnings)) if scene.warnings else ("PASS", "")
    except Skip as skip:
        verdict, reason = "SKIP", str(skip)
    except Fail as failure:
        verdict, reason = "FAIL", str(failure)
    except Closed as closed:
        verdict, reason = "FAIL", f"connection closed: {closed}"
    except Exception as error:  # Whatever it is, the case has not passed.
        place = traceback.extract_tb(error.__traceback__)[-1]
        verdict, reason = "FAIL", f"{type(error).__name__}: {error} (line {place.lineno})"
    finally:
        for connection in scene.open:
            connection.close()
    return verdict, reason, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--only", help="cases whose name contains this text")
    parser.add_argument("--workers", type=int, default=5, help="cases at a time")
    parser.add_argument("--untimed", action="store_true", help="being slow is no fault")
    options = parser.parse_args()
    cases = [c for c in ALL_CASES if not options.only or options.only in c.name]
    counts = dict.fromkeys(("PASS", "FAIL", "WARN", "SKIP"), 0)

    def report(case, outcome):
        verdict, reason, seconds = outcome
        counts[verdict] += 1
        print(f"{verdict} {case.name}" + (f": {reason}" if reason else "")
              + (f" [{seconds:.1f} s]" if seconds > 1 else ""), flush=True)

    together = [c for c in cases if not c.alone]
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        # Slow ones first, so that they do not stand at the end.
        futures = {c: pool.submit(run, c, options) for c in sorted(together, key=lambda c: not c.slow)}
        for case in together:
            report(case, futures[case].result())
    for case in cases:
        if case.alone:
            report(case, run(case, options))
    print(" ".join(f"{count} {verdict}" for verdict, count in counts.items()), flush=True)
    return min(counts["FAIL"] + counts["WARN"], 100)


if __name__ == "__main__":
    sys.exit(main())
