import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { createCertificateAuthority } from "../../tests/fixtures/certificates.ts";
import {
  DISCOVERY,
  look,
  signer,
} from "../../tests/fixtures/issuer_inquiries.ts";
import { issuerOptions } from "../../tests/fixtures/jwt_scene.ts";
import { createSigner, jwksOf } from "../../tests/fixtures/jwt_signer.ts";
import { json, startKeyServer } from "../../tests/fixtures/key_server.ts";
import { inquire, listInquiries } from "./issuer_findings.ts";

Deno.test(
  "check --issuers tells of a certificate that nobody trusts, and ca_file mends it",
  async () => {
    const authority = createCertificateAuthority("test authority");
    await using http = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      ...authority.issue(),
    }, () => json(jwksOf(signer.jwk)));
    const keys = {
      kind: "jwks_url",
      url: new URL(
        `https://127.0.0.1:${http.addr.port}/?key=canary-in-a-query`,
      ),
      allowPrivateAddresses: true,
    } as const;
    const [untrusted] = await look("https://id.example.com", keys);
    assertEquals(untrusted?.verdict, "wrong");
    assertMatch(untrusted?.what ?? "", /^cannot reach https:.*UnknownIssuer/);
    assertMatch(untrusted?.remedy ?? "", /^set remote\.ca_file to/);
    assertFalse(JSON.stringify(untrusted).includes("canary"));
    const [trusted] = await look("https://id.example.com", {
      ...keys,
      caCertificates: [authority.certificate],
    });
    assertEquals(trusted, {
      verdict: "good",
      where: "issuer https://id.example.com, keys",
      what:
        "1 can be used, for EdDSA; that its tokens name this issuer was not looked at",
    });
  },
);

Deno.test(
  "check --issuers counts the keys that can be used, and tells of those that should not be there",
  async () => {
    // Made before: an RSA key takes longer than an answer may.
    const keySet = jwksOf(
      signer.jwk,
      createSigner("EdDSA", "second").jwk,
      createSigner("RS256").jwk,
      { ...signer.jwk, kid: "third", d: "canary" },
    );
    await using server = startKeyServer((request) =>
      request.url.endsWith("openid-configuration")
        ? json(JSON.stringify({
          issuer: server.origin,
          "jwks_uri": `${server.origin}/jwks`,
        }))
        : json(keySet)
    );
    const found = await look(server.origin, DISCOVERY);
    assertEquals(found.map(({ verdict, what }) => [verdict, what]), [
      ["good", "2 can be used, for EdDSA; 1 for something else"],
      ["doubtful", 'key 3 holds secret material ("d")'],
    ]);
    assertFalse(JSON.stringify(found).includes("canary"));
  },
);

Deno.test(
  "check --issuers asks all at once, and one that hangs holds up nobody",
  async () => {
    const bothAsked = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    let asked = 0;
    async function answer(): Promise<Response> {
      if (++asked === 2) bothAsked.resolve();
      await bothAsked.promise;
      return json(jwksOf(signer.jwk));
    }
    await using first = startKeyServer(answer);
    await using second = startKeyServer(answer);
    await using silent = startKeyServer(async () => {
      await ended.promise;
      return json("{}");
    });
    const found = await inquire(listInquiries({
      issuers: [silent, first, second].map(({ origin }) =>
        issuerOptions(signer, {
          issuer: origin,
          keys: { ...DISCOVERY, kind: "jwks_url", url: new URL(origin) },
        })
      ),
    }));
    ended.resolve();
    assertEquals(found.map(({ verdict }) => verdict), [
      "wrong",
      "good",
      "good",
      "unknown",
    ]);
    assertStringIncludes(found[0]?.what ?? "", "did not answer within 400 ms");
    assertMatch(found[0]?.remedy ?? "", /raise remote\.timeout_ms$/);
  },
);

Deno.test("check --issuers says when there is nobody to ask", async () => {
  const inquiries = listInquiries({ issuers: [issuerOptions(signer)] });
  assertEquals(inquiries.length, 0);
  const [found, ...others] = await inquire(inquiries);
  assertEquals(others, []);
  assert(found?.what.startsWith("nobody has to be asked"));
});
