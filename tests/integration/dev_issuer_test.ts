/**
 * What docs/TOKENS.md says under "Try it": a further issuer and a rule for it in
 * the configuration, `dev`, `explain` of its token, and a connection.
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { randomBytes } from "node:crypto";
import { end, Place, printedClients } from "../fixtures/dev_place.ts";
import { encodePart, hmac } from "../fixtures/jwt_signer.ts";

/** The document's issuer and rules, in the configuration that is delivered. */
async function writeConfiguration(file: string): Promise<void> {
  const [delivered, document] = await Promise.all([
    Deno.readTextFile("config/callout.yaml"),
    Deno.readTextFile("docs/TOKENS.md"),
  ]);
  const blocks = [...document.matchAll(/^```yaml\n([^]*?)^```$/gm)]
    .map(([, block = ""]) => block);
  const issuer = blocks.find((block) => block.includes("label: shop"));
  const rules = blocks.find((block) => block.startsWith("rules:"));
  assert(issuer !== undefined && rules !== undefined);
  const entry = issuer.replace("issuers:\n", "");
  const text = delivered.replace(/^issuers:\n/m, `issuers:\n${entry}`);
  assert(text !== delivered);
  await Deno.writeTextFile(file, `${text}\n${rules}`);
}

function shopToken(secret: Uint8Array, sub: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: "HS256", kid: "2026-01" },
    {
      iss: "https://shop.example.com",
      sub,
      aud: "nats",
      iat: seconds,
      exp: seconds + 600,
    },
  ].map((part) => encodePart(JSON.stringify(part))).join(".");
  return `${parts}.${encodePart(hmac(secret, "HS256", parts))}`;
}

Deno.test("dev runs with the issuers and rules of one's own, explain tells what they grant, and clients get it", async () => {
  await using place = await Place.make();
  const secret = randomBytes(48);
  const file = `${place.folder}/callout.yaml`;
  await writeConfiguration(file);
  place.variables = {
    CALLOUT_CONFIG: file,
    SHOP_SECRET: secret.toString("base64"),
    // Of another stack: dev has its own NATS.
    NATS_URL: "nats://192.0.2.1:4222",
  };
  const dev = await place.start();
  const server = `--server=nats://127.0.0.1:${place.ports.nats}`;
  const token = `--token=${shopToken(secret, "carol")}`;

  const explained = await place.run("explain", token);
  assertEquals(explained.code, 0, explained.stderr);
  assertStringIncludes(explained.stdout, "Granted by rule shoppers\n");
  assertStringIncludes(explained.stdout, "Publish    users.shop=carol.>\n");
  const client = await place.run("client", token, server, "--id=shop=carol");
  assertEquals([client.code, client.stderr], [0, ""], client.stdout);
  await dev.output.waitFor('name="shop=carol"');

  // Beside another issuer the users of dev's own have a label, and the commands say it.
  for (const command of printedClients(dev.output.text)) {
    const { code, stderr, stdout } = await place.run(...command);
    assertEquals([code, stderr], [0, ""], stdout);
  }
  // As printed, it works where the configuration's variable is not set.
  const printed = dev.output.text.split("\n")
    .find((line) => line.includes(" explain --token TOKEN"));
  const { success } = await new Deno.Command("sh", {
    args: ["-c", printed?.replace("--token TOKEN", `'${token}'`) ?? "exit 1"],
    env: { SHOP_SECRET: secret.toString("base64") },
  }).output();
  assert(success, printed);
  const forged = `--token=${shopToken(randomBytes(48), "carol")}`;
  const refused = await place.run("client", forged, server, "--id=shop=carol");
  assertStringIncludes(refused.stderr, "was not accepted");
  await Deno.remove(file);
  await end(place, dev);
});

Deno.test("the commands that docs/TOKENS.md makes a token by make one that is accepted", async () => {
  await using place = await Place.make();
  const document = await Deno.readTextFile("docs/TOKENS.md");
  const [, commands] = /^```sh\n(b64url[^]*?)^```$/m.exec(document) ?? [];
  assert(commands !== undefined);
  const file = `${place.folder}/callout.yaml`;
  await writeConfiguration(file);
  const secret = randomBytes(48).toString("base64");
  await Deno.writeTextFile(`${place.folder}/.env`, `SHOP_SECRET=${secret}\n`);
  const { stdout } = await new Deno.Command("sh", {
    args: ["-euc", `${commands}printf %s "$TOKEN"`],
    cwd: place.folder,
    stderr: "inherit",
  }).output();
  const token = new TextDecoder().decode(stdout);
  place.variables = { CALLOUT_CONFIG: file, SHOP_SECRET: secret };
  const explained = await place.run("explain", `--token=${token}`);
  assertEquals(explained.code, 0, explained.stderr);
  assertStringIncludes(explained.stdout, "Granted by rule shoppers\n");
});

const ownNats: [
  why: string,
  spoil: (delivered: string) => string,
  variable: RegExp,
][] = [
  [
    "a certain NATS",
    (text) => text.replace(/servers: .*/, "servers: nats://127.0.0.1:1"),
    /dev starts: \$\{NATS_URL\}$/m,
  ],
  [
    "nothing but an issuer",
    () => "issuers: [{ issuer: https://id.example.com }]",
    /\$\{NATS_URL\}, \$\{NATS_ACCOUNT_KEY\}, .*\$\{DEV_ISSUER_JWKS_FILE\}$/m,
  ],
];

for (const [why, spoil, variable] of ownNats) {
  Deno.test(`dev does not run with a configuration for ${why}, and says what to take over`, async () => {
    await using place = await Place.make();
    const file = `${place.folder}/callout.yaml`;
    const delivered = await Deno.readTextFile("config/callout.yaml");
    await Deno.writeTextFile(file, spoil(delivered));
    place.variables = { CALLOUT_CONFIG: file };
    const { code, stderr } = await place.run(...place.devArguments());
    assertEquals(code, 2);
    assertMatch(stderr, variable);
    assertStringIncludes(stderr, "take these sections over");
    assertFalse(stderr.includes("Nothing is configured"));
    await Deno.remove(file);
  });
}
