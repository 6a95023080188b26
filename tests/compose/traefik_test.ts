/**
 * Traefik before the stack: clients get in over TLS by name and no other way, and
 * strangers do not see monitoring.
 */
import { wsconnect } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-deno";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { createCertificateAuthority } from "../fixtures/certificates.ts";
import { reaches } from "../fixtures/nats_client.ts";
import { run } from "./command.ts";
import { TRAEFIK } from "./engine.ts";
import { freePorts } from "./free_ports.ts";
import { createProject, type Project, type Settings } from "./project.ts";
import { openTlsBridge, type TlsBridge } from "./tls_bridge.ts";

const OVERLAY = "docker-compose.traefik.yaml";
const DOMAIN = "example.test";
const HOST = `nats.${DOMAIN}`;
const DYNAMIC = "fs/traefik/etc/traefik/dynamic";

const authority = createCertificateAuthority("compose tests");

async function createTraefikProject(topic: string): Promise<Project> {
  const [https, nats] = freePorts(2);
  const settings: Settings = {
    "TRAEFIK_DOMAIN": DOMAIN,
    "TRAEFIK_CERT_RESOLVER": "",
    "TRAEFIK_HTTPS_PORT": `127.0.0.1:${https}`,
    "TRAEFIK_NATS_PORT": `127.0.0.1:${nats}`,
  };
  return await createProject(topic, { overlays: [OVERLAY], settings });
}

/** A certificate for the name instead of one by Let's Encrypt, which cannot be asked here. */
async function addCertificate(project: Project): Promise<void> {
  const folder = `${project.folder}/${DYNAMIC}`;
  const { cert, key } = authority.issue(HOST);
  await Deno.writeTextFile(`${folder}/host.pem`, cert);
  await Deno.writeTextFile(`${folder}/host.key`, key);
  await Deno.writeTextFile(
    `${folder}/certificate.yaml`,
    `tls:
  stores:
    default:
      defaultCertificate:
        certFile: /etc/traefik/dynamic/host.pem
        keyFile: /etc/traefik/dynamic/host.key
`,
  );
}

function bridgeTo(project: Project, variable: string): TlsBridge {
  const target = project.place.settings[variable] ?? "";
  return openTlsBridge({
    target,
    host: HOST,
    authority: authority.certificate,
  });
}

/** The answer's status; 0 when there is none. */
async function statusOf(
  bridge: TlsBridge,
  path: string,
  user?: string,
): Promise<number> {
  const headers = new Headers({ "connection": "close" });
  if (user !== undefined) headers.set("authorization", `Basic ${btoa(user)}`);
  const response = await fetch(`http://127.0.0.1:${bridge.port}${path}`, {
    headers,
  });
  await response.body?.cancel();
  return response.status;
}

Deno.test("the Traefik overlay is valid, and leaves no port of the server open", async () => {
  await using project = await createTraefikProject("traefik-valid");
  await project.compose("config", "--quiet");
  const { services } = JSON.parse(
    await project.compose("config", "--format=json"),
  );
  assertEquals(services["nats-server"].ports ?? [], []);
  assertEquals(services["traefik"].ports.length, 2);
});

Deno.test("the Traefik overlay asks for the domain when it is missing", async () => {
  await using project = await createTraefikProject("traefik-domain");
  await project.configure({ "TRAEFIK_DOMAIN": "" });
  const { code, output } = await project.try("up", "--detach", "--wait");
  assertNotEquals(code, 0);
  assertMatch(output, /TRAEFIK_DOMAIN.*set it in \.env/);
});

Deno.test("through Traefik: TCP and WebSocket over TLS, monitoring for a few", async (t) => {
  // Where it cannot be had, the closing lines of the run say so.
  const { code } = await run("docker", [
    "image",
    "inspect",
    `traefik:${TRAEFIK}`,
  ]);
  if (code !== 0) return;
  await using project = await createTraefikProject("traefik");
  await addCertificate(project);
  await project.up();
  const token = await project.token("alice");
  const options = { token, reconnect: false, timeout: 10_000 };

  await t.step("a client over TCP, TLS first", async () => {
    await using bridge = bridgeTo(project, "TRAEFIK_NATS_PORT");
    const alice = await connect({
      ...options,
      servers: `127.0.0.1:${bridge.port}`,
    });
    assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
    await alice.close();
  });

  await t.step("a client over WebSocket, at /ws", async () => {
    await using bridge = bridgeTo(project, "TRAEFIK_HTTPS_PORT");
    const alice = await wsconnect({
      ...options,
      servers: `ws://127.0.0.1:${bridge.port}/ws`,
    });
    assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
    await alice.close();
  });

  await t.step("monitoring is closed unless it is opened", async () => {
    await using bridge = bridgeTo(project, "TRAEFIK_HTTPS_PORT");
    for (const path of ["/", "/varz", "/connz?auth=1"]) {
      assertEquals(await statusOf(bridge, path), 403, path);
    }
  });

  await t.step("monitoring by password", async () => {
    await project.configure({
      "TRAEFIK_MONITORING_USERS": `ops:${await htpasswd("right")}`,
    });
    await project.up();
    await using bridge = bridgeTo(project, "TRAEFIK_HTTPS_PORT");
    assertEquals(await statusOf(bridge, "/varz"), 401);
    assertEquals(await statusOf(bridge, "/varz", "ops:wrong"), 401);
    assertEquals(await statusOf(bridge, "/varz", "ops:right"), 200);
  });

  await t.step("monitoring for an address", async () => {
    await project.configure({
      "TRAEFIK_MONITORING_ALLOW": "192.0.2.0/24, 0.0.0.0/0",
    });
    await project.up();
    await using bridge = bridgeTo(project, "TRAEFIK_HTTPS_PORT");
    assertEquals(await statusOf(bridge, "/varz"), 200);
  });

  await t.step("Traefik has nothing to complain about", async () => {
    const said = (await project.saidBy("traefik")).join("\n");
    assert(!/\bERR\b|level=error/.test(said), said);
    assertStringIncludes(await project.compose("ps", "traefik"), "healthy");
  });
});

/** A line's second half, as htpasswd -s makes it. */
async function htpasswd(password: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-1",
    new TextEncoder().encode(password),
  );
  return `{SHA}${new Uint8Array(digest).toBase64()}`;
}
