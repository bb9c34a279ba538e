// Follows a stream with the `eventsource` package, and prints one JSON object a line for each event and each open:
//
//     node follow.js URL [TYPE]
//
// Events of the type `n`, or of TYPE, are printed with id and data, events of the type `lost` as a state.
import { EventSource } from "eventsource";

const source = new EventSource(process.argv[2]);
const print = (object) => console.log(JSON.stringify(object));
source.addEventListener("open", () => print({ state: "open" }));
source.addEventListener(process.argv[3] ?? "n", (event) => print({ id: event.lastEventId, data: event.data }));
source.addEventListener("lost", () => print({ state: "lost" }));
