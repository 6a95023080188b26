/**
 * A micro service with NATS's own library for such: @nats-io/services, as a program
 * of its own. Obeys one JSON object a line on standard input:
 *
 *     {"op":"start","servers":"…","token":"…","name":"prices","subject":"prices.get","queue":"q"}
 */
// deno-lint-ignore-file -- a program for Node in JavaScript, with the library's own names
import { createInterface } from "node:readline";

// Not literals: the packages are in the folder that this is run in, not in the project.
const SERVICES = "@nats-io/services";
const TRANSPORT = "@nats-io/transport-node";
const { Svcm } = await import(SERVICES);
const { connect } = await import(TRANSPORT);

async function start({ name, queue, servers, subject, token }) {
  const connection = await connect({ servers, token, reconnect: false });
  const errors = [];
  (async () => {
    for await (const event of connection.status()) {
      if (event.type === "error") errors.push(String(event.error));
    }
  })();
  const service = await new Svcm(connection).add({ name, version: "1.0.0" });
  service.addEndpoint("get", {
    subject,
    queue,
    handler: (_error, message) => message.respond("42"),
  });
  await connection.flush();
  return { id: service.info().id, errors };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await start(JSON.parse(line))));
}
