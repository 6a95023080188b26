import { assertEquals } from "@std/assert";
import { denoCommand } from "./dev_overview.ts";

Deno.test("denoCommand() calls Deno the way that works in another terminal", async () => {
  const folder = await Deno.makeTempDir();
  const installed = `${folder}/bin`;
  const fetched = `${folder}/_npx/1/node_modules/.bin`;
  for (const place of [installed, fetched]) {
    await Deno.mkdir(place, { recursive: true });
    await Deno.writeTextFile(`${place}/deno`, "");
  }
  const npx = "npx -y deno@2.9.6";
  assertEquals(await denoCommand(`/nowhere:${installed}`), "deno");
  assertEquals(await denoCommand(`${fetched}:${folder}`), npx);
  assertEquals(await denoCommand(""), npx);
  await Deno.remove(folder, { recursive: true });
});
