/**
 * A private copy of what the compose stack is made of: the containers write below
 * `fs/`, where those who run the tests may have a stack of their own.
 */
import { dirname } from "node:path";
import { mustRun, run } from "./command.ts";

/** Files and folders of the project; tests and documents are not among them. */
const PARTS = [
  ".dockerignore",
  ".env.example",
  "Dockerfile",
  "config",
  "deno.json",
  "deno.lock",
  "deno.npm.json",
  "deno.npm.lock",
  "docker-compose.yaml",
  "docker-compose.cluster.yaml",
  "docker-compose.traefik.yaml",
  "fs",
  "main.ts",
  "src",
];

/** What a running stack has written, and what the project's own tests need alone. */
const LEFT_OUT_REGEXP = /^fs\/nats-export\/secrets(?:\/|$)|_test\.ts$/;

export async function copyCheckout(target: string): Promise<void> {
  for (const part of PARTS) await copy(part, `${target}/${part}`);
}

async function copy(from: string, to: string): Promise<void> {
  if (LEFT_OUT_REGEXP.test(from)) return;
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) {
    await Deno.mkdir(dirname(to), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) {
    await copy(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Containers write as users of their own: what these left, they have to remove. */
export async function removeFolder(folder: string, box: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    const { code } = await run("docker", ["image", "inspect", box]);
    if (code !== 0) throw error;
    await mustRun("docker", [
      "run",
      "--rm",
      `--volume=${folder}:/folder`,
      "--entrypoint=/bin/sh",
      box,
      "-c",
      "rm -rf /folder/*",
    ]);
    await Deno.remove(folder, { recursive: true });
  }
}
