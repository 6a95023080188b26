/**
 * Every command of docs/AUTHENTICATION.md, in the order of the page: it answers
 * what stands there, and after each replaced key tokens get their users in.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { assert, assertEquals } from "@std/assert";
import { reaches } from "../fixtures/nats_client.ts";
import { complain, readSteps, Session } from "./document.ts";
import { createProject, type Project } from "./project.ts";

const PAGE = "docs/AUTHENTICATION.md";
const READY_MS_MAX = 60_000;

/** What the page tells to do when the service has got another key. */
const RESTARTED = "restart auth-callout";

Deno.test("every command of docs/AUTHENTICATION.md answers what the page shows", async () => {
  await using project = await createProject("document");
  await project.up();
  const session = new Session(project.folder, `${project.name}-`);
  try {
    const steps = readSteps(await Deno.readTextFile(PAGE));
    assert(steps.length > 20);
    for (const step of steps) {
      const ran = await session.run(step);
      assertEquals(
        complain(ran, { compares: true }),
        undefined,
        `${PAGE}:${step.line}\n${step.commands}`,
      );
      if (step.commands.includes(RESTARTED)) await untilAdmitted(project);
    }
  } finally {
    session.end();
  }
  await assertWorks(await project.client("alice", "tcp"));
  await assertWorks(await project.client("alice", "websocket"));
});

async function assertWorks(alice: NatsConnection): Promise<void> {
  assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
  await alice.close();
}

/** The service has just been started again. */
async function untilAdmitted(project: Project): Promise<void> {
  const deadline = performance.now() + READY_MS_MAX;
  for (;;) {
    try {
      return await assertWorks(await project.client("alice"));
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
