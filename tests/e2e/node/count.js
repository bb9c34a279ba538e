// A server that sends numbers as events, with the `better-sse` package. See tests/foreign_servers.rs.
import http from "node:http";
import { createSession } from "better-sse";

const server = http.createServer(async (request, response) => {
  const session = await createSession(request, response, { retry: 50 });
  let number = Number(session.lastId);
  const ticks = setInterval(() => {
    number += 1;
    session.push(number, "count", String(number));
    if (number <= 200 && number % 50 === 0) {
      clearInterval(ticks);
      response.end();
    }
  }, 2);
  session.on("disconnected", () => clearInterval(ticks));
});
server.keepAliveTimeout = 0; // no time limit: only framing may end a stream
server.listen(Number(process.argv[2]), "127.0.0.1");
