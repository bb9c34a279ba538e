"""Finds the functions of a linked program from which the panic handler can be reached.

The search starts at the handler, whose symbol is not mangled, and goes from each function to those that
hold its address, as the relocations say which `--emit-relocs` keeps. So it depends neither on what is
inlined nor on how names are mangled.

One panic is allowed. The compiler adds it to each `async fn`: a call of `panic_const_async_fn_resumed`,
for the case that the future is polled after it has returned. Nothing else calls that function. So what lies between it
and the handler is allowed, but no other way into that. For this the handler must use the panic's message
(feature `panic_messages`): otherwise all functions that panic with a constant message would be the same code,
of which the compiler keeps one.
"""

import re

HANDLER = "panic_reached"
ASYNC_FN_RESUMED = "panic_const_async_fn_resumed"


def panicking_functions(elf):
    """A pair of names, caller and callee, for each call into `core` that can panic and is not allowed."""
    callers, callees = {}, {}
    for source, target in elf.references():
        if source != target:
            callers.setdefault(target, set()).add(source)
            callees.setdefault(source, set()).add(target)

    resumed = {function for function in elf.functions if ASYNC_FN_RESUMED in function[1]}
    allowed = closure(resumed, callees)
    todo = [function for function in elf.functions if function[1] == HANDLER]
    reached, found = set(todo), set()
    while todo:
        callee = todo.pop()
        for caller in callers.get(callee, set()) - reached:
            if callee in resumed:
                continue
            # What calls such a function panics as well, but only the first one is of interest.
            if caller not in allowed and not belongs_to_core(caller[1]):
                found.add((readable(caller[1]), readable(callee[1])))
            else:
                reached.add(caller)
                todo.append(caller)
    return sorted(found)


def closure(functions, callees):
    """These functions, and all that they call."""
    found, todo = set(functions), list(functions)
    while todo:
        for callee in callees.get(todo.pop(), set()) - found:
            found.add(callee)
            todo.append(callee)
    return found


def belongs_to_core(symbol):
    """Whether a function is part of `core`, or of the panic handler: its callers are of more interest."""
    return readable(symbol).startswith("core::") or "rust_begin_unwind" in symbol


def readable(symbol):
    """The path in a mangled name, as far as it can be read without a demangler."""
    separator = "_?" if symbol.startswith("_R") else ""
    symbol = re.sub(r"(?<=C)s[0-9A-Za-z]*_(?=\d)", "", symbol)
    names, at = [], 0
    while symbol.startswith("_") and (length := re.compile(r"\D*?(\d+)" + separator).match(symbol, at)):
        at = length.end() + int(length[1])
        names.append(symbol[length.end():at])
    path = "::".join(name for name in names if not re.fullmatch("h[0-9a-f]{16}", name))
    for escape, text in (("..", "::"), ("$LT$", "<"), ("$GT$", ">"), ("$u20$", " "), ("$RF$", "&"), ("$C$", ", ")):
        path = path.replace(escape, text)
    return re.sub(r"\$u([0-9a-f]+)\$", lambda code: chr(int(code[1], 16)), path) or symbol
