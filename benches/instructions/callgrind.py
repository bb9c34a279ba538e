"""Counts the instructions of benchmarks by valgrind, and prints them."""

import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RUNNER = "gungraun-runner"
VERSION = "0.20.0"  # must be the library's version in Cargo.toml


def check_tools():
    for tool, package in (("valgrind", "apt-get install valgrind"), (RUNNER, f"cargo install {RUNNER}@{VERSION}")):
        if not shutil.which(tool):
            sys.exit(f"missing: {package}")
    version = subprocess.run([RUNNER, "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[-1:]
    if version != [VERSION]:
        sys.exit(f"wrong version of {RUNNER}: cargo install {RUNNER}@{VERSION}")


def count(bench):
    """Yields the result of each benchmark function of a program, and its instructions, in their order."""
    command = ["cargo", "bench", "--quiet", "--bench", bench, "--",
               "--output-format=json", "--callgrind-args=--cache-sim=no"]
    run = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"failed: the benchmark {bench} does not run")
    for line in run.stdout.splitlines():
        result = json.loads(line)
        total = result["profiles"][0]["data"]["total"]["metrics"]
        yield result, int(total["Ir"]["values"]["new"])


def report(metric, value, unit, limit):
    over = limit is not None and value > limit
    print(f"{metric} {value:.2f} {unit} {limit or '-'}{' over' if over else ''}")
    if over:
        yield f"{metric}: {value:.2f} {unit}, limit {limit}"
