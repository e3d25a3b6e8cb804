#!/usr/bin/env python3
"""Tables in Markdown, and the part of them that the README quotes.

    report.py --check | --write    README.md's part against Docs/benchmarks.md
"""
import datetime
import os
import platform
import re
import subprocess
import sys

import loopback

BEGIN, END = "<!-- benchmarks: main rows -->", "<!-- end of main rows -->"
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def first_line(*command):
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20)
        return (answer.stdout or answer.stderr).splitlines()[0].strip()
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "unknown"


def package(name):
    return first_line("dpkg-query", "-W", "-f=${Version}\n", name)


def machine(bench, note):
    pictures = bench.pictures
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": loopback.machine(),
        "kernel": platform.release(),
        "system": first_line("sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"),
        "swift": first_line("swift", "--version"),
        "x264": package("libx264-164"),
        "turbojpeg": package("libturbojpeg0"),
        "ffmpeg": package("ffmpeg"),
        "gstreamer": package("libgstreamer1.0-0"),
        "gst-rtsp-server": package("gir1.2-gst-rtsp-server-1.0"),
        "pictures": f"{pictures.count} JPEGs of the simulated camera, "
                    f"{pictures.mean_bytes / 1000:.1f} kB on average",
        "note": note,
    }


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def number(value, limit):
    return f"{value:.0f}" if limit == 0 else f"{value:.3f}" if limit < 0.1 else f"{value:.2f}"


def goal_row(name, value, sign, limit, peer=None):
    """`peer`: the same figure of gst-rtsp-server, if it has one."""
    met = value <= limit if sign == "≤" else value >= limit
    return [name, number(value, limit), "" if peer is None else number(peer, limit),
            f"{sign} {limit:.4g}", "yes" if met else "**no**"]


def section(result):
    return (
        f"## {result['title']}\n\n{result['text']}\n\n"
        f"{table(result['columns'], result['rows'])}\n\n"
        f"Took {result['minutes']:.1f} minutes; load average before: {result['load']:.1f}.\n")


def measurements(results):
    return [result for name, result in results.items() if name != "machine"]


def main_rows(results):
    rows = [goal_row(*goal) for result in measurements(results) for goal in result["goals"]]
    facts = results["machine"]
    return (
        f"{BEGIN}\n"
        f"Measured on {facts['processor']}, Linux {facts['kernel']}, {facts['date']}. {facts['note']}"
        f"\n\n{table(['what', 'ours', 'gst-rtsp-server', 'goal', 'met'], rows)}\n{END}\n")


def document(results):
    facts = results["machine"]
    versions = ", ".join(
        f"{name} {facts[name]}" for name in ("x264", "turbojpeg", "ffmpeg", "gstreamer",
                                             "gst-rtsp-server"))
    return (
        "# Benchmarks\n\nWritten by `deploy/bench.sh`; do not edit. Everything is measured beside "
        "its peers in one run, with the same pictures and encoder settings.\n\n"
        f"{main_rows(results)}\n"
        f"System: {facts['system']}; {facts['swift']}; Debian packages: {versions}. "
        f"Pictures: {facts['pictures']}.\n\n"
        + "\n".join(section(result) for result in measurements(results)))


def part(text):
    match = re.search(re.escape(BEGIN) + ".*?" + re.escape(END), text, re.DOTALL)
    return match.group(0) if match else None


def main():
    paths = [os.path.join(ROOT, "Docs", "benchmarks.md"), os.path.join(ROOT, "README.md")]
    texts = []
    for path in paths:
        with open(path) as file:
            texts.append(file.read())
    wanted, present = part(texts[0]), part(texts[1])
    if wanted is None or present is None:
        sys.exit("Docs/benchmarks.md or README.md has no main rows between its markers")
    if "--write" in sys.argv:
        with open(paths[1], "w") as file:
            file.write(texts[1].replace(present, wanted))
    elif wanted != present:
        sys.exit("README.md does not quote Docs/benchmarks.md; run Tests/Benchmarks/report.py "
                 "--write")


if __name__ == "__main__":
    main()
