"""Measures flash and static RAM of the example firmware, and the crate's share of them."""

import subprocess
import sys

from emulator import HERE, report

EXAMPLES = HERE / "../../examples/firmware"
# name: (target, bars of flash and RAM in bytes)
FIRMWARE = {
    "status_stream": ("thumbv7m-none-eabi", 64 * 1024, 32 * 1024),
    "remote_control": ("thumbv7m-none-eabi", None, None),
    "bare": ("thumbv6m-none-eabi", None, None),
}
TARGETS = {target for target, *_ in FIRMWARE.values()}
# The crate's share of status_stream, which is the difference to the same firmware with a stub: (bar, limit).
SHARE = {"flash": (10 * 1024, 17_900), "ram": (6 * 1024, 6 * 1024)}


def measure():
    for name, (target, *bars) in FIRMWARE.items():
        program = build_example(name, target, "target")
        sizes = flash_and_ram(program)
        for what, value, bar in zip(("flash", "ram"), sizes, bars):
            yield from report(f"{name}/{what}", value, "bytes", bar, bar)
        symbols = subprocess.run(["nm", program], stdout=subprocess.PIPE, text=True, check=True).stdout
        if "__rust_alloc" in symbols or "__rg_alloc" in symbols:
            yield f"{name}: links a heap"
        if name == "status_stream":
            stub = flash_and_ram(build_example(name, target, "target/stub", "--features", "stub"))
            for (what, (bar, limit)), value, without in zip(SHARE.items(), sizes, stub):
                yield from report(f"{name}/{what}/embedded-sse", value - without, "bytes", bar, limit)


def build_example(name, target, folder, *options):
    command = ["cargo", "build", "--release", "--quiet", "--target-dir", folder, *options]
    if subprocess.run(command, cwd=EXAMPLES / name).returncode:
        sys.exit(f"failed: {name} does not build")
    return EXAMPLES / name / folder / target / "release" / name


def flash_and_ram(program):
    """Returns a program's bytes of flash, and of RAM without the stack."""
    table = subprocess.run(["size", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    text, data, bss = map(int, table.splitlines()[1].split()[:3])
    return text + data, data + bss
