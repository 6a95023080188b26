/**
 * A web page in a real browser: it connects over WebSocket with the README's
 * example and a bearer token, and nothing else.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { findChromium, readPage } from "../fixtures/browser.ts";
import type { PageReport } from "../fixtures/browser_page.ts";
import { startSite } from "../fixtures/browser_site.ts";
import { startService } from "../fixtures/service.ts";
import { startStack } from "../fixtures/stack.ts";

function readReport(html: string): PageReport {
  const text = /<output>(?<report>[^<]+)<\/output>/.exec(html)?.groups
    ?.["report"];
  if (text === undefined) throw new Error(`The page says nothing:\n${html}`);
  return JSON.parse(decodeURIComponent(text));
}

Deno.test("a page in a browser connects with a bearer token, as the README shows", async () => {
  const chromium = await findChromium();
  await using stack = await startStack();
  await using service = await startService(await stack.config());
  await using site = await startSite({
    natsUrl: stack.websocketUrl,
    bearerToken: await stack.token("carol"),
    id: "carol",
  });

  const { steps, problem } = readReport(await readPage(chromium, site.url));

  assertEquals(problem, undefined);
  assertEquals(steps.map(({ what, good }) => [what, good]), [
    ["subscribe users.>", true],
    ["subscribe users.carol.>", true],
    ["request users.carol.echo", true],
  ]);
  const [everybody, own] = steps;
  assertStringIncludes(everybody?.outcome ?? "", "refused");
  assertStringIncludes(own?.outcome ?? "", 'received "hello from carol"');
  const logins = service.lines.filter(({ message }) =>
    message === "client admitted"
  );
  assertEquals(logins.map(({ name }) => name), ["carol"]);
});

Deno.test("a page in a browser is refused without a token that is accepted", async () => {
  const chromium = await findChromium();
  await using stack = await startStack();
  await using service = await startService(await stack.config());
  await using site = await startSite({
    natsUrl: stack.websocketUrl,
    bearerToken: await stack.token("carol", { audience: "somebody-else" }),
    id: "carol",
  });

  const { steps, problem = "" } = readReport(
    await readPage(chromium, site.url),
  );

  assertEquals(steps, []);
  assertStringIncludes(problem, "Authorization Violation");
  const refused = service.lines.filter(({ message }) =>
    message === "client refused"
  );
  assertEquals(
    new Set(refused.map(({ code }) => code)),
    new Set(["audience_mismatch"]),
  );
});
