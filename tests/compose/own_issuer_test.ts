/**
 * The stack with an issuer of one's own instead of the development issuer, as two
 * lines of .env make it: tokens of that issuer get their users in, those of the
 * development issuer no longer.
 */
import {
  assert,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { createCertificateAuthority } from "../fixtures/certificates.ts";
import { createSigner } from "../fixtures/jwt_signer.ts";
import { openClient, reaches } from "../fixtures/nats_client.ts";
import { createProject, type Project, SECRETS } from "./project.ts";
import { sharedStack } from "./shared_stack.ts";

const HOST = "id.example.test";
const ISSUER = `https://${HOST}`;
const REFUSED = "Authorization Violation";

/** The issuer: its metadata and keys over HTTPS, in the stack's network. */
const OVERLAY = `services:
  issuer:
    image: \${CALLOUT_IMAGE}
    user: "0"
    entrypoint: [deno, run, --quiet, --no-config, --allow-net, --allow-read, /issuer/server.ts]
    command: []
    volumes: ["./issuer:/issuer:ro"]
    networks:
      nats: { aliases: [${HOST}] }
    healthcheck: { test: [CMD-SHELL, "true"], interval: 1s }
`;

const SERVER = `
const [cert, key, jwks] = ["cert.pem", "key.pem", "jwks.json"]
  .map((name) => Deno.readTextFileSync("/issuer/" + name));
const metadata = { issuer: "${ISSUER}", jwks_uri: "${ISSUER}/keys" };
Deno.serve({ port: 443, cert, key }, ({ url }) =>
  new URL(url).pathname === "/keys"
    ? new Response(jwks)
    : Response.json(metadata));
`;

async function addIssuer(project: Project, jwk: object): Promise<void> {
  const authority = createCertificateAuthority("compose tests");
  const { cert, key } = authority.issue(HOST);
  const files = {
    "own-issuer.yaml": OVERLAY,
    "issuer/server.ts": SERVER,
    "issuer/cert.pem": cert,
    "issuer/key.pem": key,
    "issuer/jwks.json": JSON.stringify({ keys: [jwk] }),
    // Where the service's container sees it.
    [`${SECRETS}/issuer-ca.pem`]: authority.certificate,
  };
  await Deno.mkdir(`${project.folder}/issuer`);
  await Deno.mkdir(`${project.folder}/${SECRETS}`, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${project.folder}/${name}`, text);
  }
  // Its certificate is nobody's that the world knows, and it is in a private network.
  const path = `${project.folder}/config/callout.yaml`;
  const text = await Deno.readTextFile(path);
  const changed = text
    .replace("# ca_file: issuer-ca.pem", `ca_file: ${SECRETS}/issuer-ca.pem`)
    .replace("allow_private_addresses: false", "allow_private_addresses: true");
  assertFalse(changed === text);
  await Deno.writeTextFile(path, changed);
}

Deno.test("two lines of .env replace the development issuer by one's own", async () => {
  const signer = createSigner("ES256");
  await using project = await createProject("own-issuer", {
    overlays: ["own-issuer.yaml"],
    settings: { "OIDC_ISSUER": ISSUER, "DEV_ISSUER": "off" },
  });
  await addIssuer(project, {
    ...signer.jwk,
    kid: signer.kid,
    alg: "ES256",
    use: "sig",
  });
  await project.up();

  assertFalse(
    (await project.readSecret(".env.callout")).includes("DEV_ISSUER"),
  );
  const exported = (await project.saidBy("nats-export")).join("\n");
  assertFalse(exported.includes("WARNING"), exported);
  const now = Math.floor(Date.now() / 1000);
  const token = signer.token({
    iss: ISSUER,
    sub: "alice",
    aud: "nats",
    iat: now,
    exp: now + 600,
  });
  const stranger = await (await sharedStack()).token("alice");
  for (const transport of ["tcp", "websocket"] as const) {
    const alice = await openClient(project.urls(), token, transport);
    assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
    await alice.close();
    await assertRejects(
      () => openClient(project.urls(), stranger, transport),
      Error,
      REFUSED,
    );
  }
});

Deno.test("the development issuer is told of, loudly", async () => {
  const stack = await sharedStack();
  const exported = await stack.saidBy("nats-export");
  const warnings = exported.filter((line) => line.includes("WARNING"));
  assert(warnings.length >= 2);
  assertStringIncludes(
    warnings.at(-1) ?? "",
    "OIDC_ISSUER=https://… and DEV_ISSUER=off",
  );
  const said = (await stack.saidBy("auth-callout")).join("\n");
  assertStringIncludes(said, "development_issuer_trusted");
});
