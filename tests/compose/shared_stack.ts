/**
 * The stack that most compose tests use, brought up by the first of them as a
 * newcomer would: with nothing but what is in the checkout. It stays until the
 * run ends. Whoever disturbs it leaves it as it was.
 */
import { createProject, Project, type ProjectPlace } from "./project.ts";
import { note, testRun } from "./test_run.ts";

const PLACE_FILE = "shared.json";

export async function sharedStack(): Promise<Project> {
  const file = `${testRun().folder}/${PLACE_FILE}`;
  const place = await readPlace(file);
  if (place === undefined) {
    const project = await createProject("stack");
    await Deno.writeTextFile(file, JSON.stringify(project.place));
    const seconds = await secondsOf(() => project.up());
    await note(`Cold up, images present: ${seconds.toFixed(1)} s`);
    return project;
  }
  const project = new Project(place);
  // A test that failed half-way must not be the reason why others do.
  if (!await isWhole(project)) {
    await project.configure();
    await project.up();
  }
  return project;
}

export async function secondsOf(action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

async function readPlace(file: string): Promise<ProjectPlace | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function isWhole(project: Project): Promise<boolean> {
  const { stdout } = await project.try(
    "ps",
    "--format",
    "{{.Service}} {{.Health}}",
  );
  return stdout.includes("nats-server healthy") &&
    stdout.includes("auth-callout healthy");
}
