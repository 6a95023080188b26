import { assertEquals } from "@std/assert";
import { findUrl, metadataUrl, parseMetadata } from "./discovery.ts";
import type { MetadataDocument } from "./discovery.ts";
import { EndpointFault } from "./endpoint_fault.ts";

const urls: readonly [
  issuer: string,
  document: MetadataDocument,
  url: string,
][] = [
  [
    "https://id.example.com",
    "openid-configuration",
    "https://id.example.com/.well-known/openid-configuration",
  ],
  [
    "https://id.example.com/",
    "openid-configuration",
    "https://id.example.com/.well-known/openid-configuration",
  ],
  [
    "https://id.example.com/realms/a",
    "openid-configuration",
    "https://id.example.com/realms/a/.well-known/openid-configuration",
  ],
  [
    "https://id.example.com/realms/a/",
    "openid-configuration",
    "https://id.example.com/realms/a/.well-known/openid-configuration",
  ],
  [
    "https://id.example.com",
    "oauth-authorization-server",
    "https://id.example.com/.well-known/oauth-authorization-server",
  ],
  [
    "https://id.example.com/realms/a",
    "oauth-authorization-server",
    "https://id.example.com/.well-known/oauth-authorization-server/realms/a",
  ],
];

for (const [issuer, document, url] of urls) {
  Deno.test(`D1 metadataUrl() of ${issuer} is ${url}`, () => {
    assertEquals(metadataUrl(issuer, document).href, url);
  });
}

const ISSUER = "https://id.example.com/realms/a";

function read(
  metadata: unknown,
  rules: {
    issuer?: string;
    origins?: string[];
    allowLoopbackHttp?: boolean;
  } = {},
): string {
  const parsed = parseMetadata(
    typeof metadata === "string" ? metadata : JSON.stringify(metadata),
  );
  const found = parsed instanceof EndpointFault ? parsed : findUrl(
    parsed,
    "jwks_uri",
    { issuer: ISSUER, origins: [], allowLoopbackHttp: false, ...rules },
  );
  return found instanceof EndpointFault ? found.problem : found.href;
}

const jwks = "https://id.example.com/jwks";

const faults: readonly [why: string, metadata: unknown, problem: string][] = [
  ["D2 another issuer", {
    issuer: "https://evil.example.com",
    "jwks_uri": jwks,
  }, 'metadata name another "issuer", https://evil.example.com'],
  ["D2 the issuer with a slash more", {
    issuer: `${ISSUER}/`,
    "jwks_uri": jwks,
  }, `metadata name another "issuer", ${ISSUER}/`],
  ["D2 an issuer that would break the line", {
    issuer: `${ISSUER}\nforged`,
    "jwks_uri": jwks,
  }, 'metadata name another "issuer"'],
  ["D2 an issuer without an end", {
    issuer: ISSUER.padEnd(257, "x"),
    "jwks_uri": jwks,
  }, 'metadata name another "issuer"'],
  ["D2 no issuer", { "jwks_uri": jwks }, 'metadata name another "issuer"'],
  [
    "D2 a list of issuers",
    { issuer: [ISSUER], "jwks_uri": jwks },
    'metadata name another "issuer"',
  ],
  [
    "A7 D2 two issuers",
    `{"issuer":"${ISSUER}","issuer":"${ISSUER}","jwks_uri":"${jwks}"}`,
    "metadata has a duplicate name",
  ],
  ["D3 no jwks_uri", { issuer: ISSUER }, 'metadata have no URL in "jwks_uri"'],
  [
    "D3 a jwks_uri without origin",
    { issuer: ISSUER, "jwks_uri": "/jwks" },
    'metadata have no URL in "jwks_uri"',
  ],
  [
    "D3 http",
    { issuer: ISSUER, "jwks_uri": "http://id.example.com/jwks" },
    'metadata have a "jwks_uri" that is not https, and not on this machine',
  ],
  [
    "D3 a file",
    { issuer: ISSUER, "jwks_uri": "file:///etc/passwd" },
    'metadata have a "jwks_uri" that is not https',
  ],
  [
    "D3 http on this machine",
    { issuer: ISSUER, "jwks_uri": "http://127.0.0.1/jwks" },
    'metadata have a "jwks_uri" that is not https, which is not allowed for this issuer',
  ],
  [
    "D3 another host",
    { issuer: ISSUER, "jwks_uri": "https://keys.example.com/jwks" },
    'metadata place "jwks_uri" at another origin, https://keys.example.com; allow it for this issuer if that is right',
  ],
  [
    "D3 another port",
    { issuer: ISSUER, "jwks_uri": "https://id.example.com:8443/jwks" },
    'metadata place "jwks_uri" at another origin, https://id.example.com:8443; allow it for this issuer if that is right',
  ],
  ["D6 an array", [], "metadata is not a JSON object"],
  ["D6 no JSON", "<html>", "metadata is not JSON"],
];

for (const [why, metadata, problem] of faults) {
  Deno.test(`${why}: findUrl() uses nothing of it`, () => {
    assertEquals(read(metadata), problem);
  });
}

Deno.test("D3 findUrl() follows to the issuer's origin and to those that are allowed", () => {
  assertEquals(read({ issuer: ISSUER, "jwks_uri": jwks }), jwks);
  const elsewhere = {
    issuer: ISSUER,
    "jwks_uri": "https://keys.example.com/jwks",
  };
  assertEquals(
    read(elsewhere, { origins: ["https://keys.example.com"] }),
    "https://keys.example.com/jwks",
  );
  const issuer = "http://127.0.0.1:8080";
  assertEquals(
    read({ issuer, "jwks_uri": `${issuer}/jwks` }, {
      issuer,
      allowLoopbackHttp: true,
    }),
    `${issuer}/jwks`,
  );
});
