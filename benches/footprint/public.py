"""Finds the public functions of the crate that no checked program links.

rustdoc lists the functions, with the lines that each takes in its file. The programs are built once more
without optimisation, where each instruction belongs to one line of source, and the linker drops what cannot
be reached from `reset`. So a function of which at least one line has an instruction in a linked function is
called by a program, or its address is taken, and a function that is inlined is seen as well. What is only
evaluated at compile time is not: a `const fn` must be called with values of run time too.

The check for panics sees the same programs optimised: calls with values that the compiler knows would prove
less, so programs take values from the port.

Left out are derived implementations, and `Debug` that is written by hand: both are for those who debug.
"""

import json
import os
import pathlib
import re
import subprocess

from lines import LineTable
from panics import readable

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEFT_OUT = {"Debug"}


def not_linked(elves):
    """The public functions that are in none of the programs, as `file:line name`."""
    lines, symbols = {}, set()
    for elf in elves:
        symbols.update(readable(name) for _, name in elf.functions)
        for file, numbers in LineTable(elf).lines.items():
            lines.setdefault(file, set()).update(numbers)
    for name, file, first, last in sorted(public_functions()):
        if first == last:
            # Made by a macro, and so without lines of its own.
            is_linked = any(name == symbol_name(symbol) for symbol in symbols)
        else:
            is_linked = not lines.get(str(ROOT / file), set()).isdisjoint(range(first, last + 1))
        if not is_linked:
            yield f"{file}:{first} {name}"


def symbol_name(symbol):
    """A symbol such as `_<a::Text as b::PartialEq<&str>>::eq` in the form in which `public_functions` names it."""
    return re.sub(r"\w+::(?=\w+(::|[ <>]))", "", symbol.removeprefix("_")).replace("<[u8]>", "")


def public_functions():
    """The (name, file, first line, last line) of each function with a body that users can call."""
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
    """One function, if it is one, and has a body in the crate."""
    item = items.get(str(number))
    if item and item["span"] and item["inner"].get("function", {}).get("has_body"):
        span = item["span"]
        yield f"{owner}::{item['name']}", span["filename"], span["begin"][0], span["end"][0]
