import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  apiTokenDigest,
  apiTokenId,
  createApiToken,
  decodeApiTokenDigest,
} from "./api_token.ts";
import {
  ApiTokenFileFault,
  formatApiTokenFile,
  parseApiTokenFile,
} from "./api_token_file.ts";

const made = createApiToken();

function entry(
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    id: made.id,
    sha256: made.digest,
    sub: "sensor-17",
    created_at: "2026-11-01T00:00:00Z",
    expires_at: "2027-11-01T00:00:00.5Z",
    claims: { groups: ["sensors"] },
    description: "cellar",
    ...changes,
  };
}

function file(...entries: readonly unknown[]): string {
  return JSON.stringify({ version: 1, tokens: entries });
}

Deno.test("G1 a token has 256 random bits, and the file holds nothing but its hash", () => {
  const text = made.token.reveal();
  assertEquals(text.split(".")[0], made.id);
  assertEquals(text.length, 20 + 1 + 43);
  const written = formatApiTokenFile([
    ...parseEntries(file(entry())),
  ]);
  assert(!written.includes(text.split(".")[1] ?? text));
  assert(written.includes(made.digest));
  const others = Array.from({ length: 1000 }, () => createApiToken());
  assertEquals(new Set(others.map(({ id }) => id)).size, 1000);
});

function parseEntries(text: string): Parameters<typeof formatApiTokenFile>[0] {
  const records = parseApiTokenFile(text);
  assert(!(records instanceof ApiTokenFileFault));
  return [...records.values()].map((record) => record.entry);
}

Deno.test("G4 an entry is read as it was written", () => {
  const records = parseApiTokenFile(file(entry({ disabled: true })));
  assert(!(records instanceof ApiTokenFileFault), JSON.stringify(records));
  const record = records.get(made.id);
  assertEquals(record?.sub, "sensor-17");
  assertEquals(record?.claims, { groups: ["sensors"], sub: "sensor-17" });
  assertEquals(record?.expiresAt, Date.UTC(2027, 10, 1) / 1000);
  assert(record?.disabled);
  const again = formatApiTokenFile(
    [...records.values()].map((each) => each.entry),
  );
  assertEquals(parseApiTokenFile(again), records);
});

const broken: readonly [why: string, text: string][] = [
  ["G3 no sha256", file(entry({ sha256: undefined }))],
  ["G3 an empty sha256", file(entry({ sha256: "" }))],
  [
    "G3 a sha256 that is too short",
    file(entry({ sha256: made.digest.slice(1) })),
  ],
  ["G3 a sha256 in hex", file(entry({ sha256: "00".repeat(32) }))],
  [
    "G3 a sha256 that is not canonical",
    file(entry({ sha256: `${"A".repeat(42)}B` })),
  ],
  [
    "G3 the sha256 of nothing",
    file(entry({ sha256: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" })),
  ],
  ["G4 an id of another form", file(entry({ id: "sensor" }))],
  ["G4 no id", file(entry({ id: undefined }))],
  ["G4 no sub", file(entry({ sub: undefined }))],
  ["G4 an empty sub", file(entry({ sub: "" }))],
  ["G4 a sub that is a number", file(entry({ sub: 17 }))],
  ["G4 no expiry", file(entry({ expires_at: undefined }))],
  [
    "G4 an expiry without a zone",
    file(entry({ expires_at: "2027-11-01T00:00:00" })),
  ],
  [
    "G4 an expiry that is no time",
    file(entry({ expires_at: "2027-13-01T00:00:00Z" })),
  ],
  ["G4 an expiry that is a number", file(entry({ expires_at: 1_900_000_000 }))],
  ["G4 disabled that is a string", file(entry({ disabled: "false" }))],
  ["G4 claims that are a list", file(entry({ claims: [] }))],
  ["G4 claims that name an issuer", file(entry({ claims: { iss: "x" } }))],
  ["G4 a member that is misspelt", file(entry({ disable: true }))],
  ["G4 an entry that is a string", file("x")],
  [
    "G7 two tokens of one id",
    file(entry(), entry({ sha256: createApiToken().digest })),
  ],
  [
    "G7 two tokens of one hash",
    file(entry(), entry({ id: createApiToken().id })),
  ],
  ["A7 a member twice", file(entry()).replace('"sub"', '"sub":"root","sub"')],
  ["no version", JSON.stringify({ tokens: [] })],
  ["another version", JSON.stringify({ version: 2, tokens: [] })],
  ["tokens that are no list", JSON.stringify({ version: 1, tokens: {} })],
  ["no JSON", "tokens:"],
  ["nothing", ""],
];

for (const [why, text] of broken) {
  Deno.test(`${why}: the whole file is refused, and nothing of it is shown`, () => {
    const fault = parseApiTokenFile(text);
    assertInstanceOf(fault, ApiTokenFileFault);
    for (const secret of [made.digest, "sensor"]) {
      assert(!fault.problem.includes(secret), fault.problem);
    }
  });
}

Deno.test("G3 no token has the hash of nothing", () => {
  assertEquals(decodeApiTokenDigest(encode(apiTokenDigest(""))), undefined);
  assertEquals(
    decodeApiTokenDigest(made.digest),
    new Uint8Array(apiTokenDigest(made.token.reveal())),
  );
});

function encode(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

const text = made.token.reveal();
const forms: readonly [string, string][] = [
  ["no secret", made.id],
  ["an empty secret", `${made.id}.`],
  ["a secret that is too short", text.slice(0, -1)],
  ["a secret that is too long", `${text}A`],
  ["a secret that is not canonical", `${text.slice(0, -1)}B`],
  ["an id in capitals", text.toUpperCase()],
  ["a space", `${text} `],
  ["a line break", `${text}\n`],
  ["three parts", `${text}.${"A".repeat(43)}`],
  ["another prefix", text.replace("nct_", "nat_")],
];

for (const [why, token] of forms) {
  Deno.test(`G2 a token with ${why} has not the form of one`, () => {
    assertEquals(apiTokenId(token), undefined);
  });
}
