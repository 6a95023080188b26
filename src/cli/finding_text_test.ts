import { assert, assertEquals } from "@std/assert";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import { DISCOVERY, look } from "../../tests/fixtures/issuer_inquiries.ts";
import { json, startKeyServer } from "../../tests/fixtures/key_server.ts";
import { formatFinding } from "./finding_text.ts";

Deno.test(
  "J4 formatFinding() shows what a certificate says, and does nothing of it",
  async () => {
    const authority = createCertificateAuthority("test authority");
    await using http = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      ...authority.issue("a\n\x1b[2K\r✓ forged"),
    }, () => json("{}"));
    const [found] = await look("https://id.example.com", {
      kind: "jwks_url",
      url: new URL(`https://localhost:${http.addr.port}/`),
      allowPrivateAddresses: true,
      caCertificates: [authority.certificate],
    });
    assert(found !== undefined && found.what.includes("\x1b"), found?.what);
    const [line = "", remedy, ...more] = formatFinding(found).split("\n");
    assert(line.includes("forged"), line);
    assert(remedy?.startsWith("    -> compare jwks_url"), remedy);
    assertEquals(more, []);
    assert(/^[^\p{C}]+$/u.test(line), JSON.stringify(line));
  },
);

Deno.test("J4 formatFinding() cuts what has no end", async () => {
  await using server = startKeyServer(() =>
    json(JSON.stringify({
      issuer: server.origin,
      "jwks_uri": `https://${"a".repeat(100_000)}.example/`,
    }))
  );
  const [found] = await look(server.origin, DISCOVERY);
  assert(found !== undefined && found.what.length > 100_000);
  assert(formatFinding(found).length < 1_500);
});

Deno.test("formatFinding() leaves what is long and ours", () => {
  const what = "so ".repeat(300);
  assertEquals(
    formatFinding({ verdict: "doubtful", where: "rules[0]", what }),
    `! rules[0]: ${what}`,
  );
});
