# A server that sends numbers as events, with the `sse-starlette` package. See tests/foreign_servers.rs.
import asyncio
import sys

import uvicorn
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.routing import Route


async def count(number):
    yield ServerSentEvent(retry=50)
    while True:
        number += 1
        yield ServerSentEvent(number, event="count", id=str(number))
        if number <= 200 and number % 50 == 0:
            return
        await asyncio.sleep(0.002)


async def events(request):
    last = int(request.headers.get("Last-Event-ID", 0))
    return EventSourceResponse(count(last))


application = Starlette(routes=[Route("/events", events)])
uvicorn.run(
    application,
    port=int(sys.argv[1]),
    timeout_keep_alive=3600,
    log_level="warning",
)
