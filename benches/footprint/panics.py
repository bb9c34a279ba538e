"""Finds the functions of a linked program from which the panic handler can be reached.

The search starts at the handler, whose symbol is not mangled. From each function it goes to the functions that contain its
address, by the relocations that `--emit-relocs` keeps. So the result depends neither on inlining nor on the mangling of
names.

One panic is allowed. The compiler adds it to each `async fn`: a call of `panic_const_async_fn_resumed`, for a future that is
polled after it has returned. Only `async fn`s call that function. The functions that it calls are allowed as well, but only
by calls from it. For this, the handler must use the panic's message (feature `panic_messages`): without it, all functions
that panic with a constant message have the same code, and the compiler keeps only one of them.
"""

import re

HANDLER = "panic_reached"
ASYNC_FN_RESUMED = "panic_const_async_fn_resumed"


def panicking_functions(elf):
    """Returns (caller, callee) by name for each call into `core` that can panic and is not allowed."""
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
            # The callers of this function can panic as well, but only the first function outside `core` is reported.
            if caller not in allowed and not belongs_to_core(caller[1]):
                found.add((readable(caller[1]), readable(callee[1])))
            else:
                reached.add(caller)
                todo.append(caller)
    return sorted(found)


def closure(functions, callees):
    """Returns these functions, and all functions that they call."""
    found, todo = set(functions), list(functions)
    while todo:
        for callee in callees.get(todo.pop(), set()) - found:
            found.add(callee)
            todo.append(callee)
    return found


def belongs_to_core(symbol):
    """Whether a function is part of `core` or of the panic handler. The report names its callers instead."""
    return readable(symbol).startswith("core::") or "rust_begin_unwind" in symbol


def readable(symbol):
    """Returns the path in a mangled name, as far as it is readable without a demangler."""
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
