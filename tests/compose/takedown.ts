/**
 * Removes what a run of the compose tests has left in the engine, however it came
 * to be there. All of it bears the run's name, which no other thing does.
 */
import { run } from "./command.ts";

interface Kind {
  readonly list: readonly string[];
  readonly remove: readonly string[];
}

/** In this order: what is used by another cannot be removed. */
const KINDS: readonly Kind[] = [
  {
    list: ["ps", "--all", "--format", "{{.Names}}"],
    remove: ["rm", "--force", "--volumes"],
  },
  {
    list: ["network", "ls", "--format", "{{.Name}}"],
    remove: ["network", "rm"],
  },
  {
    list: ["volume", "ls", "--format", "{{.Name}}"],
    remove: ["volume", "rm", "--force"],
  },
];

const ROUNDS_MAX = 40;
const PAUSE_MS = 500;

/** Names of what is there of a run; empty when nothing is. */
export async function leftOvers(name: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const kind of KINDS) names.push(...await namesOf(kind, name));
  return names;
}

/** What was being made when its maker was ended may still appear: it is looked for twice. */
export async function takeDown(name: string): Promise<void> {
  let quietRounds = 0;
  for (let round = 0; quietRounds < 2 && round < ROUNDS_MAX; round++) {
    quietRounds = await sweep(name) ? quietRounds + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** True if there was nothing. */
async function sweep(name: string): Promise<boolean> {
  let wasEmpty = true;
  for (const kind of KINDS) {
    const names = await namesOf(kind, name);
    if (names.length === 0) continue;
    wasEmpty = false;
    await run("docker", [...kind.remove, ...names]);
  }
  return wasEmpty;
}

async function namesOf(kind: Kind, name: string): Promise<readonly string[]> {
  const { stdout } = await run("docker", kind.list);
  return stdout.split("\n").filter((found) => found.startsWith(name));
}
