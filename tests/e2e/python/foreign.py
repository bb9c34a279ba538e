# Follows a stream with a client of PyPI, and prints each event, one JSON object a line:
#
#     python3 foreign.py CLIENT URL
#
# See tests/foreign_clients.rs.
import json
import sys
import time

import httpx
import requests_sse
from httpx_sse import connect_sse


def show(event_type, event_id, data):
    print(json.dumps({"type": event_type, "id": event_id, "data": data}), flush=True)


def follow_by_httpx_sse(url):
    # httpx-sse does not reconnect. This loop follows the example in its README.
    last_event_id = ""
    delay = 0.0
    client = httpx.Client(timeout=None)
    while True:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        try:
            with connect_sse(client, "GET", url, headers=headers) as source:
                for event in source.iter_sse():
                    last_event_id = event.id
                    if event.retry is not None:
                        delay = event.retry / 1000
                    show(event.event, event.id, event.data)
        except httpx.TransportError:
            pass
        time.sleep(delay)


def follow_by_requests_sse(url):
    with requests_sse.EventSource(url) as source:
        for event in source:
            show(event.type, event.last_event_id, event.data)


client, url = sys.argv[1:]
{"httpx-sse": follow_by_httpx_sse, "requests-sse": follow_by_requests_sse}[client](url)
