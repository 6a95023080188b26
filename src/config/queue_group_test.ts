import { assert, assertEquals } from "@std/assert";
import {
  issuesOf,
  parseScene,
  withLine,
} from "../../tests/fixtures/config_scene.ts";

Deno.test("I1 there is a queue group, also where the setting is empty", () => {
  for (
    const line of ["  queue_group: nats-auth-callout", '  queue_group: ""']
  ) {
    const { config } = parseScene(withLine("nats:", line));
    assertEquals(config.nats.queueGroup, "nats-auth-callout");
  }
});

Deno.test("I1 a queue group that NATS would not take for one is refused", () => {
  for (const name of ['"a b"', '"a.*"', '">"', "7"]) {
    const issues = issuesOf(withLine("nats:", `  queue_group: ${name}`));
    assert(issues.some(({ path }) => path === "nats.queue_group"), name);
  }
});
