/** Where an endpoint may be, as long as it is asked. */
import { assertEquals } from "@std/assert";
import { json, startAskedServer } from "../../tests/fixtures/asked_server.ts";
import type { MonotonicMs } from "../base/time.ts";
import { EndpointFault } from "./endpoint_fault.ts";
import { HttpEndpoint } from "./http_endpoint.ts";

Deno.test("D3 where a name leads is looked at again after 30 s", async () => {
  await using server = startAskedServer(() => json({}));
  let now = 0 as MonotonicMs;
  const options = { allowLoopbackHttp: true };
  const endpoint = new HttpEndpoint(options, () => now);
  const ask = async (): Promise<string> => {
    const answer = await endpoint.ask({
      url: new URL(server.origin.replace("127.0.0.1", "localhost")),
      method: "GET",
      headers: {},
      statuses: [200],
    }, new AbortController().signal);
    return answer instanceof EndpointFault ? answer.cause : answer.text;
  };
  assertEquals(await ask(), "{}");
  // Stands for a name that leads somewhere else by now: only a look can tell.
  options.allowLoopbackHttp = false;
  now = 29_999 as MonotonicMs;
  assertEquals(await ask(), "{}");
  now = 30_000 as MonotonicMs;
  assertEquals(await ask(), "loopback");
  assertEquals(server.asked.length, 2);
  endpoint.close();
});
