"""Builds programs for the emulated Cortex-M3, runs them, and prints their figures."""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = "thumbv7m-none-eabi"
QEMU = ["qemu-system-arm", "-M", "lm3s6965evb", "-cpu", "cortex-m3", "-nographic",
        "-icount", "shift=0", "-semihosting-config", "enable=on,target=native", "-kernel"]
TIME_LIMIT = 120  # seconds; no program takes more than a few


def check_tools(targets):
    for target in {TARGET, *targets}:
        libraries = subprocess.run(["rustc", "--print", "target-libdir", "--target", target],
                                   stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        if not pathlib.Path(libraries).is_dir():
            sys.exit(f"missing: rustup target add {target}")
    for tool, package in ((QEMU[0], QEMU[0]), ("nm", "binutils"), ("size", "binutils")):
        if not shutil.which(tool):
            sys.exit(f"missing: apt-get install {package}")


def boot(package, name, level="s"):
    """Builds and runs a program. Returns its reports: (name, amount of work, cost)."""
    folder = HERE / "target" / level
    build = ["cargo", "build", "--release", "--quiet", "--target-dir", folder, "--bin", name]
    environment = {**os.environ, "CARGO_PROFILE_RELEASE_OPT_LEVEL": level}
    if subprocess.run(build, cwd=HERE / package, env=environment).returncode:
        sys.exit(f"failed: {name} does not build")
    program = folder / TARGET / "release" / name
    # QEMU always warns of a timer with period zero, so its messages are shown only after a failure.
    try:
        run = subprocess.run([*QEMU, program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        sys.exit(f"failed: {name} did not end within {TIME_LIMIT} s")
    if run.returncode:
        sys.exit(f"{run.stdout}{run.stderr}failed: {name} ended with status {run.returncode}")
    lines = (line.split() for line in run.stdout.splitlines())
    return [(metric, int(count), int(ticks)) for metric, count, ticks in lines]


def report(metric, value, unit, bar=None, limit=None):
    """Prints a figure. Yields a failure if it is over its limit."""
    is_over = limit is not None and value > limit
    note = " over limit" if is_over else " over bar" if bar is not None and value > bar else ""
    print(f"{metric} {value} {unit} {bar or '-'} {limit or '-'}{note}")
    if is_over:
        yield f"{metric}: {value} {unit}, limit {limit}"
