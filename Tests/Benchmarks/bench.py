#!/usr/bin/env python3
"""All measurements beside peers in one run; prints tables and writes them as Markdown.

    bench.py BINARY CODEC_LOOP READERS [--only cpu,latency] [--quick] [--out FILE] [--json FILE]

Usually started by deploy/bench.sh, which builds the three programs. Exit code 0 even if a goal is
missed: the tables say so.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile
import time

import measure_cpu
import measure_fanout
import measure_joins
import measure_latency
import measure_quality
import measure_snapshot
import report
from pictures import Pictures

MEASUREMENTS = {
    "cpu": measure_cpu, "quality": measure_quality, "latency": measure_latency,
    "joins": measure_joins, "snapshot": measure_snapshot, "fanout": measure_fanout,
}


class Bench:
    """What every measurement needs: programs, pictures, ports and where to put files."""

    def __init__(self, options):
        self.binary = os.path.abspath(options.binary)
        self.codec_loop = os.path.abspath(options.codec_loop)
        self.readers = os.path.abspath(options.readers)
        self.quick = options.quick
        self.folder = tempfile.mkdtemp(prefix="bench-")
        self._port = options.first_port
        self.pictures = Pictures.take(
            self.binary, os.path.join(self.folder, "pictures"), self.ports(),
            100 if self.quick else 250)

    def ports(self, count=4):
        """The first of some TCP ports in a row that nobody else here was given."""
        self._port += count
        return self._port - count

    def file(self, name):
        return os.path.join(self.folder, name)

    def times(self, full, quick):
        return quick if self.quick else full

    @staticmethod
    def say(text):
        print(f"    {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("codec_loop")
    parser.add_argument("readers")
    parser.add_argument("--only", default=",".join(MEASUREMENTS))
    parser.add_argument("--quick", action="store_true", help="a fifth of the time, coarser")
    parser.add_argument("--out", help="Markdown file to write")
    parser.add_argument("--json", help="raw results, added to those in the file")
    parser.add_argument("--note", default="", help="a sentence about this run")
    parser.add_argument("--first-port", type=int, default=33000)
    options = parser.parse_args()
    names = options.only.split(",")
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        parser.error(f"--only knows {', '.join(MEASUREMENTS)}, not {', '.join(unknown)}")
    results = {}
    if options.json and os.path.exists(options.json):
        with open(options.json) as file:
            results = json.load(file)
    bench = Bench(options)
    try:
        for name in names:
            print(f"==> measuring: {name}", file=sys.stderr, flush=True)
            began, load = time.time(), os.getloadavg()[0]
            results[name] = MEASUREMENTS[name].measure(bench)
            results[name]["load"] = load
            results[name]["minutes"] = (time.time() - began) / 60
            results["machine"] = report.machine(bench, options.note)
            if options.json:
                with open(options.json, "w") as file:
                    json.dump(results, file, indent=1)
            print(report.section(results[name]), flush=True)
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    text = report.document(results)
    if options.out:
        with open(options.out, "w") as file:
            file.write(text)
    print(report.main_rows(results))


if __name__ == "__main__":
    main()
