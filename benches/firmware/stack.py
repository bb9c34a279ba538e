"""Measures the stack of calls into the core: the deepest of all calls with the conformance vectors."""

from emulator import boot, report

# The bar of each call in bytes, which is also its limit, and the limits of calls that are over the bar.
BAR = 320
LIMITS = {
    "Decoder::next": 288,
    "EventLog::publish": 400,
    "EventLog::publish_with": 480,
    "Session::poll": 336,
    "Session::fill": 352,
    "Connection::poll": 424,
    "EventSource::poll": 424,
}


def measure():
    depths = {}
    for level in ("s", "z"):
        for function, calls, deepest in boot("stack", "stack", level):
            if calls == 0:
                yield f"stack/{function}: never called"
            depths[function] = max(deepest, depths.get(function, 0))
    for function, deepest in depths.items():
        yield from report(f"stack/{function}", deepest, "bytes", BAR, LIMITS.get(function, BAR))
