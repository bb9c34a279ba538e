"""Measures the instructions to receive an event by each driver, and to publish and serve one."""

import re
import sys

from callgrind import count, report

# Limits of instructions an event, by the bytes of an event, for chunks of 16, 536 and 1460. Pushed events come in single
# bytes.
CHUNKS = (16, 536, 1460)
RECEIVE_LIMITS = {
    "Decoder::next": {17: (424, 89.7, 82.9), 55: (1600, 573, 550), 255: (2050, 529, 389)},
    "blocking::Reader": {17: (544, 163, 155), 55: (1840, 679, 654), 255: (2850, 670, 510)},
    "asynch::Reader": {17: (579, 156, 147), 55: (1980, 702, 655), 255: (3300, 673, 512)},
    "EventSource::poll": {17: (1180, 205, 186), 55: (3130, 1050, 1000), 255: (7690, 964, 622)},
    "blocking::Client": {17: (1010, 234, 217), 55: (2910, 913, 871), 255: (6890, 913, 640)},
    "asynch::Client": {17: (1080, 242, 224), 55: (3060, 924, 878), 255: (7850, 961, 654)},
}
PUSH_LIMITS = {17: 777, 55: 2750, 255: 7760}
# Limits for an event of 64 bytes of data. Those of `Session::fill` and `Hub::serve` are for each client.
SERVE_LIMITS = {"EventLog::publish": 1640, "EventLog::publish_with": 1670, "Session::fill": 378, "Hub::serve": 970}
SNAPSHOT_LIMIT = 7_260_000  # for 630 types

# The names of the functions in `benches/drivers.rs`.
RECEIVERS = {
    "line_loop": "line-loop",
    "decoder_next": "Decoder::next",
    "decoder_push": "Decoder::push",
    "blocking_reader": "blocking::Reader",
    "async_reader": "asynch::Reader",
    "event_source_poll": "EventSource::poll",
    "blocking_client": "blocking::Client",
    "async_client": "asynch::Client",
}
EVENTS = 500
CLIENTS = 4


def measure():
    costs, others = {}, {}
    for result, instructions in count("drivers"):
        function, events = result["function_name"], result["id"]
        if way := RECEIVERS.get(function):
            length, chunk = re.fullmatch(r"of_(\d+)_in_(\d+)", events).groups()
            costs[f"receive/{way}/{length}-byte-events/{chunk}"] = instructions / EVENTS
        else:
            others[function] = instructions
    log, hub = others["log_publish"], others["hub_publish"]
    costs["serve/EventLog::publish"] = log / EVENTS
    costs["serve/EventLog::publish_with"] = others["log_publish_with"] / EVENTS
    costs["serve/Session::fill"] = (others["log_publish_and_fill"] - log) / EVENTS / CLIENTS
    costs["serve/Hub::serve"] = (others["hub_publish_and_serve"] - hub) / EVENTS / CLIENTS
    costs["snapshot/630-types"] = others["snapshot"]

    limits = dict(all_limits())
    if missing := limits.keys() - costs.keys():
        sys.exit(f"failed: not counted: {missing}")
    for name, cost in costs.items():
        yield from report(name, cost, "instructions", limits.get(name))


def all_limits():
    """Yields the name of each row that has a limit, and its limit."""
    for way, events in RECEIVE_LIMITS.items():
        for length, limits in events.items():
            for chunk, limit in zip(CHUNKS, limits, strict=True):
                yield f"receive/{way}/{length}-byte-events/{chunk}", limit
    for length, limit in PUSH_LIMITS.items():
        yield f"receive/Decoder::push/{length}-byte-events/1", limit
    for name, limit in SERVE_LIMITS.items():
        yield f"serve/{name}", limit
    yield "snapshot/630-types", SNAPSHOT_LIMIT
