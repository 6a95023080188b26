/**
 * NATS without an operator: accounts and the callout stand in the server's own
 * configuration, with an xkey and, where it is allowed explicitly, without.
 */
import { PermissionViolationError } from "@nats-io/nats-core";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { startConfiguredStack } from "../fixtures/configured_stack.ts";
import {
  openClient,
  publishProblem,
  reaches,
  subscribeProblem,
  type Transport,
} from "../fixtures/nats_client.ts";
import { startService } from "../fixtures/service.ts";

for (const sealed of ["sealed", "plain"] as const) {
  for (const transport of ["tcp", "websocket"] as Transport[]) {
    Deno.test(`without an operator a bearer token is all it takes, ${sealed} requests, over ${transport}`, async () => {
      await using stack = await startConfiguredStack(sealed);
      await using service = await startService(stack.config);
      const alice = await openClient(
        stack,
        await stack.token("alice"),
        transport,
      );
      const bob = await openClient(stack, await stack.token("bob"), transport);
      assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
      for (const subject of ["users.>", "users.bob.>", ">", "$SYS.>"]) {
        assertInstanceOf(
          await subscribeProblem(alice, subject),
          PermissionViolationError,
          subject,
        );
      }
      assertInstanceOf(
        await publishProblem(alice, "users.bob.a"),
        PermissionViolationError,
      );
      await alice.close();
      await bob.close();
      assertEquals(
        service.lines.filter(({ code }) => code === "granted").length,
        2,
      );
    });
  }

  Deno.test(`C4 without an operator a bad token gets nobody in, ${sealed} requests`, async () => {
    await using stack = await startConfiguredStack(sealed);
    await using service = await startService(stack.config);
    const expired = await stack.token("alice", 3600);
    await assertRejects(
      () => openClient(stack, expired),
      Error,
      "Authorization Violation",
    );
    assertEquals(service.lines.at(-1)?.code, "bearer_token_expired");
    await assertRejects(
      () => openClient(stack, "no token"),
      Error,
      "Authorization Violation",
    );
  });
}
