// Follows a stream with the `eventsource` package, and prints what happens, one JSON object a line: of the
// events, those of the type `n`, or of another one.
import { EventSource } from "eventsource";

const source = new EventSource(process.argv[2]);
const print = (object) => console.log(JSON.stringify(object));
source.addEventListener("open", () => print({ state: "open" }));
source.addEventListener(process.argv[3] ?? "n", (event) => print({ id: event.lastEventId, data: event.data }));
source.addEventListener("lost", () => print({ state: "lost" }));
