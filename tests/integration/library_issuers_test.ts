/**
 * Several issuers in a program that uses the library: equal subs of two are two
 * people, or the program does not start.
 */
import { PermissionViolationError } from "@nats-io/nats-core";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  type Authenticate,
  type CalloutOptions,
  identified,
  startCallout,
} from "../../src/mod.ts";
import { createSigner } from "../fixtures/jwt_signer.ts";
import { createRecordingLog, issuerOptions } from "../fixtures/jwt_scene.ts";
import { libraryOptions } from "../fixtures/library_scene.ts";
import {
  openClient,
  reaches,
  subscribeProblem,
} from "../fixtures/nats_client.ts";
import { startStack, type TestStack } from "../fixtures/stack.ts";

const A = "https://a.example";
const B = "https://b.example";
const signers = {
  [A]: createSigner("EdDSA", "a"),
  [B]: createSigner("EdDSA", "b"),
};

const kinds = {
  issuers: Object.entries(signers).map(([issuer, signer]) =>
    issuerOptions(signer, { issuer })
  ),
};

function tokenOf(issuer: typeof A | typeof B): string {
  const seconds = Math.floor(Date.now() / 1000);
  return signers[issuer]?.token({
    iss: issuer,
    sub: "alice",
    aud: "nats",
    iat: seconds,
    exp: seconds + 60,
  }) ?? "";
}

/** The token says the issuer, and everybody is alice. */
const authenticate: Authenticate = (bearerToken) =>
  identified({
    issuer: bearerToken.reveal(),
    sub: "alice",
    expiresAt: new Date(Date.now() + 60_000),
  });

async function assertApart(
  stack: TestStack,
  options: CalloutOptions,
  tokens: readonly [unlabelled: string, labelled: string],
): Promise<void> {
  const service = await startCallout(options);
  const [alice, other] = await Promise.all(
    tokens.map((token) => openClient(stack, token)),
  );
  assert(alice !== undefined && other !== undefined);
  assert(await reaches(alice, alice, "users.alice.x", "users.alice.>"));
  assert(await reaches(other, other, "users.b=alice.x", "users.b=alice.>"));
  assertInstanceOf(
    await subscribeProblem(other, "users.alice.>"),
    PermissionViolationError,
  );
  assertInstanceOf(
    await subscribeProblem(alice, "users.b=alice.>"),
    PermissionViolationError,
  );
  await Promise.all([alice.close(), other.close()]);
  await service.stop();
}

Deno.test("C18 the library keeps equal subs of two issuers apart, or does not start", async () => {
  await using stack = await startStack();
  const options = { ...libraryOptions(stack), authenticate: kinds };
  await assertRejects(
    () => startCallout(options),
    TypeError,
    `label of "${B}" is missing`,
  );
  await assertRejects(
    () =>
      startCallout({ ...options, issuers: [{ issuer: `${B}/`, label: "b" }] }),
    TypeError,
    `authenticate has no "${B}/"`,
  );
  await assertApart(
    stack,
    { ...options, issuers: [{ issuer: B, label: "b" }] },
    [tokenOf(A), tokenOf(B)],
  );
});

Deno.test("C18 the issuers of a judge of one's own are named and kept apart, and others refused", async () => {
  await using stack = await startStack();
  const options = { ...libraryOptions(stack), authenticate };
  const wrong: readonly [CalloutOptions, string][] = [
    [options, "issuers are missing"],
    [{ ...options, issuers: [{ issuer: A }, { issuer: B }] }, "is missing"],
    [{ ...options, issuers: [{ issuer: A, label: "A" }] }, "is no label"],
  ];
  for (const [each, problem] of wrong) {
    await assertRejects(() => startCallout(each), TypeError, problem);
  }
  const issuers = [{ issuer: "a" }, { issuer: "b", label: "b" }];
  await assertApart(stack, { ...options, issuers }, ["a", "b"]);
  const service = await startCallout({ ...options, issuers });
  await assertRejects(
    () => openClient(stack, "c"),
    Error,
    "Authorization Violation",
  );
  await service.stop();
});

Deno.test("J2 the library logs a refused user by the name with the issuer's label", async () => {
  await using stack = await startStack();
  const log = createRecordingLog();
  const service = await startCallout({
    ...libraryOptions(stack),
    authenticate,
    issuers: [{ issuer: "a" }, { issuer: "b", label: "b" }],
    permit: [{ name: "nobody", refuse: true }],
    log,
  });
  await assertRejects(() => openClient(stack, "b"));
  assertEquals(log.lines.at(-1)?.fields.name, "b=alice");
  await service.stop();
});
