"""Counts instructions by a timer of the emulated microcontroller."""

import sys

from emulator import boot, report

# Instructions a byte: (bar, limit). Rows without a bar only must not grow.
DECODE = {
    "decode/17-byte-events/536": (7.3, 6.62),
    "decode/51-byte-events/536": (12.5, 12.4),
    "decode/comments/536": (8.1, 7.85),
    "decode/2-KB-lines/536": (3.0, 2.96),
    "decode/17-byte-events/16": (30.1, 27.6),
    "decode/51-byte-events/16": (39.2, 37.3),
    "decode/comments/16": (15.6, 15.1),
    "decode/2-KB-lines/16": (13.1, 12.8),
    "push/17-byte-events/1": (None, 56.7),
    "push/51-byte-events/1": (None, 64.1),
    "push/comments/1": (None, 49.6),
    "push/2-KB-lines/1": (None, 49.6),
    "encode/17-byte-event": (None, 24.1),
    "encode/51-byte-event": (None, 16.5),
    "encode/2-KB-line": (None, 2.6),
}
# The largest share of the instructions of sse-core.
OF_SSE_CORE = {
    "17-byte-events/536": 0.2,
    "51-byte-events/536": 0.3,
    "comments/536": 0.6,
    "2-KB-lines/536": 0.4,
}

# Limits of instructions an event, by the bytes of an event, for chunks of 16, 536 and 1460. Pushed events come in single
# bytes.
CHUNKS = (16, 536, 1460)
RECEIVE_LIMITS = {
    "Decoder::next": {17: (470, 120, 109), 55: (1840, 711, 691), 255: (3470, 976, 846)},
    "blocking::Reader": {17: (628, 178, 165), 55: (2240, 858, 835), 255: (5020, 1360, 1200)},
    "asynch::Reader": {17: (636, 184, 170), 55: (2240, 867, 844), 255: (5070, 1370, 1210)},
    "EventSource::poll": {17: (1090, 222, 193), 55: (3110, 1110, 1080), 255: (8230, 1450, 1240)},
    "blocking::Client": {17: (1060, 288, 267), 55: (3150, 1090, 1050), 255: (8740, 1660, 1430)},
    "asynch::Client": {17: (1130, 300, 277), 55: (3340, 1090, 1050), 255: (9580, 1700, 1450)},
}
PUSH_LIMITS = {17: 586, 55: 2170, 255: 6700}
RECEIVE_BARS = {
    "Decoder::next/17-byte-events/536": 125,
    "blocking::Reader/17-byte-events/536": 280,
    "EventSource::poll/17-byte-events/536": 390,
    "asynch::Client/17-byte-events/536": 500,
    "asynch::Client/255-byte-events/16": 10_500,
    "Decoder::push/17-byte-events/1": 1000,
    "Decoder::push/55-byte-events/1": 3300,
    "Decoder::push/255-byte-events/1": 8000,
}

# Instructions for an event of 64 bytes of data. Those of `Session::fill` and `Hub::serve` are for each client.
SERVE_LIMITS = {"EventLog::publish": 2100, "EventLog::publish_with": 2480, "Session::fill": 495, "Hub::serve": 1125}
SERVE_BARS = {"EventLog::publish": 2600, "Hub::serve": 1450}

# The longest time for which a hub's lock is held, for clients with an unknown id, the oldest id, or none. Snapshots: the cost
# of a client without an id, from its request to the end of its snapshot. The logs have 16 KB.
IDS = ("unknown-id", "oldest-id", "no-id")
LOCK_LIMITS = {
    "1365-records": (6_870, 6_310, 14_950),
    "8-slow-types-around-a-fast-one": (7_120, 7_120, 14_630),
    "630-types": (9_380, 9_380, 19_560),
    "data-of-4-kB": (6_790, 4_850, 4_770),
    "comments-of-4-kB": (5_180, 5_180, 6_470),
    "data-of-line-feeds": (6_790, 4_850, 4_770),
}
LOCK_BAR = 20_000
SNAPSHOT_LIMITS = {
    "1365-records": 1_180_000,
    "8-slow-types-around-a-fast-one": 1_530_000,
    "630-types": 7_010_000,
    "data-of-4-kB": 45_800,
    "comments-of-4-kB": 342_000,
    "data-of-line-feeds": 45_900,
}
SNAPSHOT_BARS = {"630-types": 8_000_000}


def measure():
    costs = {name: round(cost, 2) for name, cost in count("decode").items()}
    for name, cost in costs.items():
        yield from report(name, cost, "instructions/byte", *DECODE.get(name, ()))
    for name, most in OF_SSE_CORE.items():
        part = round(costs[f"decode/{name}"] / costs[f"sse-core/{name}"], 2)
        yield from report(f"of-sse-core/{name}", part, "times", most, most)
    yield from judge("receive", count("receive"), receive_limits(), RECEIVE_BARS)
    costs = count("serve")
    yield from judge("serve", costs, SERVE_LIMITS, SERVE_BARS)
    yield from judge("lock", costs, lock_limits(), dict.fromkeys(lock_limits(), LOCK_BAR))
    yield from judge("snapshot", costs, SNAPSHOT_LIMITS, SNAPSHOT_BARS)


def receive_limits():
    """Returns a map from the name of each row to its limit."""
    pushed = {f"Decoder::push/{length}-byte-events/1": limit for length, limit in PUSH_LIMITS.items()}
    return pushed | {f"{way}/{length}-byte-events/{chunk}": limit
                     for way, events in RECEIVE_LIMITS.items()
                     for length, limits in events.items()
                     for chunk, limit in zip(CHUNKS, limits, strict=True)}


def lock_limits():
    return {f"{log}/{asked}": limit
            for log, limits in LOCK_LIMITS.items()
            for asked, limit in zip(IDS, limits, strict=True)}


def judge(kind, costs, limits, bars):
    """Reports the costs of one kind. Fails if a limit or a bar has no cost."""
    costs = {name.removeprefix(f"{kind}/"): cost for name, cost in costs.items() if name.startswith(f"{kind}/")}
    if missing := (limits.keys() | bars.keys()) - costs.keys():
        sys.exit(f"failed: {kind}: not counted: {missing}")
    for name, cost in costs.items():
        yield from report(f"{kind}/{name}", round(cost), "instructions", bars.get(name), limits.get(name))


def count(program):
    """Runs a program. Returns the instructions for each unit of work, by name."""
    results = boot("instructions", program)
    loops = [amount / ticks for name, amount, ticks in results if name.startswith("calibration")]
    per_tick = sum(loops) / len(loops)
    if max(loops) - min(loops) > per_tick / 500:
        sys.exit(f"failed: instructions in a tick differ from loop to loop: {loops}")
    return {name: ticks * per_tick / amount
            for name, amount, ticks in results if not name.startswith("calibration")}
