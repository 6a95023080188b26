/**
 * Makes sure that there is a Docker engine with the images that the tests need:
 * the one that runs, or one that `engine.sh` starts for as long as they take.
 */
import { endGroup } from "../runner/execution.ts";
import { cleanEnvironment, run } from "./command.ts";

/** Cannot be had; the message says why and what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** Beside those that the compose file names: what the stack must refuse, and Traefik. */
export const OLD_NATS_BOX = "0.13.4";
export const OLD_NATS = "2.10-alpine";
export const TRAEFIK = "v3.7";

const ENGINE_SCRIPT = "tests/compose/engine.sh";
const IMAGES_SCRIPT = "tests/compose/images.sh";

/** What `engine.sh` says when it was not there before. */
const STARTED = "engine: started Docker engine";

export interface Engine {
  /** Ends it, if it was started here and nobody else has come to use it. */
  end(): Promise<void>;
}

export async function startEngine(signal?: AbortSignal): Promise<Engine> {
  // What it prints is meant for a shell's eval; a shell that does tells the result.
  const script = `environment=$(${ENGINE_SCRIPT} start) || exit
eval "$environment"
printf '%s\\n' "$PATH" "\${DOCKER_CONFIG-}" "\${DOCKER_HOST-}"`;
  const { code, stdout, stderr } = await shell(script, signal);
  if (code !== 0) throw new EngineError(lastLine(stderr));

  const [path = "", config = "", host = ""] = stdout.split("\n");
  Deno.env.set("PATH", path);
  if (config !== "") Deno.env.set("DOCKER_CONFIG", config);
  if (host !== "") Deno.env.set("DOCKER_HOST", host);
  const isOurs = stderr.includes(STARTED);
  return {
    async end(): Promise<void> {
      if (!isOurs) return;
      const { stdout } = await run("docker", ["ps", "--quiet"]);
      if (stdout.trim() === "") await run(ENGINE_SCRIPT, ["stop"]);
    },
  };
}

/** Those of the compose file; the script says of each where it is from. */
export async function provideImages(signal?: AbortSignal): Promise<void> {
  await images([], signal);
  await images([`natsio/nats-box:${OLD_NATS_BOX}`, `nats:${OLD_NATS}`], signal);
}

/** False where a real Traefik cannot be had; the script has said why. */
export async function provideTraefik(signal?: AbortSignal): Promise<boolean> {
  const { code } = await shell(`${IMAGES_SCRIPT} traefik:${TRAEFIK}`, signal);
  return code === 0;
}

async function images(
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { code, stderr } = await shell(
    [IMAGES_SCRIPT, ...names].join(" "),
    signal,
  );
  if (code !== 0) throw new EngineError(lastLine(stderr));
}

/** Builds the service's image as `docker compose build` does, under the run's name. */
export async function buildServiceImage(
  folder: string,
  image: string,
): Promise<void> {
  const { code, output } = await run(
    "docker",
    ["compose", "build", "auth-callout"],
    { folder, environment: { "CALLOUT_IMAGE": image } },
  );
  if (code === 0) return;
  await Deno.stderr.write(new TextEncoder().encode(output));
  throw new EngineError("the service's image cannot be built, see above");
}

/** Shows what the script says as it comes: building takes minutes, unless it is aborted. */
async function shell(
  script: string,
  signal: AbortSignal | undefined,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = new Deno.Command("bash", {
    args: ["-c", script],
    clearEnv: true,
    // The versions are those of the project, not of somebody's .env.
    env: { ...cleanEnvironment(), "COMPOSE_ENV_FILES": "/dev/null" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  const stop = (): void => endGroup(child.pid);
  signal?.addEventListener("abort", stop);
  let said = "";
  const [stdout, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    child.status,
    (async () => {
      for await (
        const text of child.stderr.pipeThrough(new TextDecoderStream())
      ) {
        said += text;
        await Deno.stderr.write(new TextEncoder().encode(text));
      }
    })(),
  ]);
  signal?.removeEventListener("abort", stop);
  return { code, stdout, stderr: said };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
