"""Finds the public functions of the crate that no checked program links.

rustdoc lists the functions, with their lines. The programs are built again without optimisation: then each instruction
belongs to one source line, and the linker drops code that cannot be reached from `reset`. So a program calls a function, or
takes its address, if at least one of its lines has an instruction in a linked function. This includes functions that are
inlined. It does not include evaluation at compile time, so a `const fn` must be called with values of run time, too.

The check for panics uses the same programs, optimised. A call with constant values would prove less, so programs take their
values from the port.

Derived implementations, and `Debug` and `defmt::Format` that are written by hand, are left out: they are only for debugging.
`everything_logged` links the longest of them, and the firmware `defmt_log` runs all.
"""

import json
import os
import pathlib
import re
import subprocess

from lines import LineTable
from panics import readable

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEFT_OUT = {"Debug", "Format"}


def not_linked(elves):
    """Yields the public functions that are in none of the programs, as `file:line name`."""
    lines, symbols = {}, set()
    for elf in elves:
        symbols.update(readable(name) for _, name in elf.functions)
        for file, numbers in LineTable(elf).lines.items():
            lines.setdefault(file, set()).update(numbers)
    names = set(map(symbol_name, symbols))
    for name, file, first, last in sorted(public_functions()):
        # A function that a macro made has the lines of the macro, not those of its call. So it is found by its symbol.
        has_lines = first < last and not lines.get(str(ROOT / file), set()).isdisjoint(range(first, last + 1))
        if not has_lines and name not in names:
            yield f"{file}:{first} {name}"


def symbol_name(symbol):
    """Returns a symbol such as `_<a::Text as b::PartialEq<&str>>::eq` in the form of the names of `public_functions`."""
    name = re.sub(r"\w+::(?=\w+(::|[ <>]))", "", symbol.removeprefix("_")).replace("<[u8]>", "")
    return re.sub(r"<\w+>(?= as )", "", name)


def public_functions():
    """Yields (name, file, first line, last line) of each function with a body that users can call."""
    command = ["cargo", "rustdoc", "--quiet", "--lib", "--all-features", "--target-dir", "benches/footprint/target",
               "--", "-Z", "unstable-options", "--output-format", "json"]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"RUSTC_BOOTSTRAP": "1"})
    items = json.loads((ROOT / "benches/footprint/target/doc/embedded_sse.json").read_bytes())["index"]
    in_impls = set()
    for item in items.values():
        if implementation := item["inner"].get("impl"):
            of = (implementation["trait"] or {}).get("path", "").split("::")[-1]
            arguments = ((implementation["trait"] or {}).get("args") or {}).get("angle_bracketed", {}).get("args", [])
            if of == "PartialEq" and arguments:
                compared = arguments[0]["type"]
                of += f"<{'&' if 'borrowed_ref' in compared else ''}str>"
            subject = implementation["for"].get("resolved_path", {}).get("path", "&").split("::")[-1]
            written = item["crate_id"] == 0 and not implementation["is_synthetic"] and not implementation["blanket_impl"]
            in_impls.update(map(str, implementation["items"]))
            if written and "automatically_derived" not in item["attrs"] and of not in LEFT_OUT:
                for member in implementation["items"]:
                    yield from function(items, member, f"<{subject} as {of}>" if of else subject)
        if trait := item["inner"].get("trait"):
            in_impls.update(map(str, trait["items"]))
            for member in trait["items"]:
                yield from function(items, member, item["name"])
    for number, item in items.items():
        if number not in in_impls and item["crate_id"] == 0:
            yield from function(items, number, "crate")


def function(items, number, owner):
    """Yields the item if it is a function with a body in the crate."""
    item = items.get(str(number))
    if item and item["span"] and item["inner"].get("function", {}).get("has_body"):
        span = item["span"]
        yield f"{owner}::{item['name']}", span["filename"], span["begin"][0], span["end"][0]
