/**
 * A compose project of a test's own: a private copy of the stack's files, ports
 * that are free, a name that no other has. Ends with `await using`, volumes
 * included.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import {
  createTokenIssuer,
  openTokenIssuer,
  type TokenOptions,
} from "../../src/dev/token_issuer.ts";
import {
  openClient,
  type Transport,
  type Urls,
} from "../fixtures/nats_client.ts";
import { copyCheckout, removeFolder } from "./checkout.ts";
import { mustRun, type Ran, run } from "./command.ts";
import { freePorts } from "./free_ports.ts";
import { testRun } from "./test_run.ts";

export type Settings = Readonly<Record<string, string>>;

export type StackTokenOptions = Partial<Omit<TokenOptions, "sub">>;

export interface ProjectOptions {
  /** Compose files beside the first. */
  readonly overlays?: readonly string[];
  /** For its .env, beside the ports. */
  readonly settings?: Settings;
}

/** What a project is known by; enough to find it again. */
export interface ProjectPlace {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly settings: Settings;
}

/** A container, as `docker inspect` shows it: what tests look at. */
export interface Inspected {
  readonly "Id": string;
  readonly "State": {
    readonly "StartedAt": string;
    readonly "Status": string;
    readonly "Health"?: { readonly "Status": string };
  };
  readonly "Config": {
    readonly "User": string;
    readonly "Env": readonly string[];
  };
  readonly "HostConfig": {
    readonly "ReadonlyRootfs": boolean;
    readonly "CapDrop": readonly string[] | null;
    readonly "SecurityOpt": readonly string[] | null;
  };
}

/** Where each server's ports are set, the first server's first. */
const PORT_VARIABLES = ["", "_2", "_3"].flatMap((end) => [
  `NATS_PORT${end}`,
  `NATS_WEBSOCKET_PORT${end}`,
  `NATS_MONITORING_PORT${end}`,
]);

const LOOPBACK = "127.0.0.1";
export const SECRETS = "fs/nats-export/secrets";
const TOKEN_SECONDS = 600;

export class Project implements AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  readonly place: ProjectPlace;

  constructor(place: ProjectPlace) {
    this.place = place;
    this.name = place.name;
    this.folder = place.folder;
  }

  /** Where its servers are reached on this machine; the first unless asked for another. */
  urls(server = 1): Urls & { readonly monitoringUrl: string } {
    const end = server === 1 ? "" : `_${server}`;
    const at = (name: string): string =>
      this.place.settings[`${name}${end}`] ?? "";
    return {
      natsUrl: `nats://${at("NATS_PORT")}`,
      websocketUrl: `ws://${at("NATS_WEBSOCKET_PORT")}`,
      monitoringUrl: `http://${at("NATS_MONITORING_PORT")}`,
    };
  }

  /** Its .env: who it is, the ports, what it was made with, and these. */
  async configure(settings: Settings = {}): Promise<void> {
    const all = {
      "COMPOSE_PROJECT_NAME": this.name,
      "COMPOSE_FILE": this.place.files.join(":"),
      "CALLOUT_IMAGE": testRun().image,
      ...this.place.settings,
      ...settings,
    };
    const lines = Object.entries(all)
      .map(([name, value]) => `${name}='${value}'\n`);
    await Deno.writeTextFile(`${this.folder}/.env`, lines.join(""));
  }

  /** Runs `docker compose` in it, as somebody would who stands in the folder. */
  try(...args: readonly string[]): Promise<Ran> {
    return run("docker", ["compose", ...args], { folder: this.folder });
  }

  /** The same; what it wrote is the error when it fails. */
  compose(...args: readonly string[]): Promise<string> {
    return mustRun("docker", ["compose", ...args], { folder: this.folder });
  }

  async up(): Promise<void> {
    await this.compose("up", "--detach", "--wait");
  }

  /** What a container has said since it was made, one line each. */
  async saidBy(container: string): Promise<readonly string[]> {
    const id = await this.containerId(container);
    const { output } = await run("docker", ["logs", id]);
    return output.trim() === "" ? [] : output.trim().split("\n");
  }

  async containerId(container: string, index = 1): Promise<string> {
    const ids = await this.compose("ps", "--all", "--quiet", container);
    return ids.trim().split("\n")[index - 1] ?? "";
  }

  /** What the engine knows about a container. */
  async inspect(container: string): Promise<Inspected> {
    const id = await this.containerId(container);
    return JSON.parse(await mustRun("docker", ["inspect", id]))[0];
  }

  /** A shell script in the container that has nsc, next to the stack's volumes. */
  inBox(script: string): Promise<string> {
    return this.compose("run", "--rm", "-T", "nats-box", "sh", "-ec", script);
  }

  readSecret(name: string): Promise<string> {
    return Deno.readTextFile(`${this.folder}/${SECRETS}/${name}`);
  }

  /** A bearer token of the stack's development issuer. */
  async token(sub: string, options: StackTokenOptions = {}): Promise<string> {
    // A copy: opening it writes, and the stack's own files are what tests look at.
    const copy = await Deno.makeTempDir({ dir: testRun().folder });
    await Deno.writeTextFile(
      `${copy}/private.jwk`,
      await this.readSecret("dev-issuer/private.jwk"),
      { mode: 0o600 },
    );
    const issuer = await openTokenIssuer(copy);
    const token = await issuer.mint({
      ttlSeconds: TOKEN_SECONDS,
      ...options,
      sub,
    });
    return token.reveal();
  }

  /** A token that says the same, signed by somebody else. */
  async forgedToken(sub: string): Promise<string> {
    const folder = await Deno.makeTempDir({ dir: testRun().folder });
    const issuer = await createTokenIssuer(folder);
    const token = await issuer.mint({ ttlSeconds: TOKEN_SECONDS, sub });
    return token.reveal();
  }

  async client(
    sub: string,
    transport: Transport = "tcp",
    server = 1,
  ): Promise<NatsConnection> {
    return await openClient(
      this.urls(server),
      await this.token(sub),
      transport,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.configure();
    await this.try(
      "--profile=*",
      "down",
      "--volumes",
      "--remove-orphans",
      "--timeout=2",
    );
    await removeFolder(this.folder, testRun().image);
  }
}

/** Prepares one; nothing of it runs yet. The topic tells it from the run's others. */
export async function createProject(
  topic: string,
  { overlays = [], settings = {} }: ProjectOptions = {},
): Promise<Project> {
  const { name, folder } = testRun();
  const place: ProjectPlace = {
    name: `${name}-${topic}`,
    folder: `${folder}/${topic}`,
    files: ["docker-compose.yaml", ...overlays],
    settings: { ...ownUser(), ...portSettings(), ...settings },
  };
  await copyCheckout(place.folder);
  const project = new Project(place);
  await project.configure();
  return project;
}

function portSettings(): Settings {
  const ports = freePorts(PORT_VARIABLES.length);
  return Object.fromEntries(
    PORT_VARIABLES.map((name, index) => [name, `${LOOPBACK}:${ports[index]}`]),
  );
}

/** The exported files belong to whoever runs the service; root does not. */
function ownUser(): Settings {
  const uid = Deno.uid();
  if (uid === null || uid === 0) return {};
  return { "CALLOUT_UID": `${uid}`, "CALLOUT_GID": `${Deno.gid()}` };
}
