// Follows a stream with a client of npm, and prints each event, one JSON object a line:
//
//     node foreign.js CLIENT URL
//
// See tests/foreign_clients.rs.
import { fetchEventSource } from "@microsoft/fetch-event-source";
import { EventSource } from "eventsource";
import { createEventSource } from "eventsource-client";
import { EventSource as ExtendedEventSource } from "extended-eventsource";
import { EventSource as UndiciEventSource } from "undici";

const [client, url] = process.argv.slice(2);
const print = (type, id, data) => console.log(JSON.stringify({ type, id, data }));

// For packages with the `EventSource` interface of browsers.
const follow = (Source, options) => {
  const source = new Source(url, options);
  for (const type of ["message", "n", "lost"]) {
    source.addEventListener(type, (event) => print(type, event.lastEventId, event.data));
  }
};

const clients = {
  "eventsource": () => follow(EventSource),
  "undici": () => follow(UndiciEventSource),
  "extended-eventsource": () => follow(ExtendedEventSource, { disableLogger: true }),
  "eventsource-client": () =>
    createEventSource({ url, onMessage: ({ event, id, data }) => print(event, id, data) }),
  "fetch-event-source": () => {
    // The package expects the globals of a page.
    globalThis.window = globalThis;
    globalThis.document = new EventTarget();
    fetchEventSource(url, {
      onmessage: ({ event, id, data }) => print(event, id, data),
      // The client reconnects only after an error: without one, the end of a stream would end the client.
      onclose: () => {
        throw new Error("closed");
      },
    });
  },
};
clients[client]();
// undici's reconnect timer does not keep Node running, so this one does.
setInterval(() => {}, 1 << 30);
