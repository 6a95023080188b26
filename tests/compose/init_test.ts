/**
 * nats-init makes what is missing and leaves what is there: after a run that was
 * cut short anywhere, and for an operator that was made before there was AUTH.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { connectWithCreds, reaches } from "../fixtures/nats_client.ts";
import { mustRun, run } from "./command.ts";
import { createProject, type Project } from "./project.ts";

/** What nsc says about the operator and the accounts: the parts that must be there, once. */
interface Chain {
  readonly operator: {
    readonly "sub": string;
    readonly "nats": {
      readonly "signing_keys": readonly string[];
      readonly "strict_signing_key_usage": boolean;
      readonly "system_account": string;
      readonly "account_server_url": string;
    };
  };
  readonly application: AccountClaims;
  readonly callout: AccountClaims;
}

interface AccountClaims {
  readonly "sub": string;
  readonly "nats": {
    readonly "signing_keys": readonly string[];
    readonly "limits": { readonly "disk_storage"?: number };
    readonly "authorization": {
      readonly "auth_users"?: readonly string[];
      readonly "allowed_accounts"?: readonly string[];
      readonly "xkey"?: string;
    };
  };
}

async function readChain(project: Project): Promise<Chain> {
  const texts = await project.inBox(`
    nsc describe operator --json 2>/dev/null | jq -c .
    nsc describe account --name APP --json 2>/dev/null | jq -c .
    nsc describe account --name AUTH --json 2>/dev/null | jq -c .`);
  const [operator = "", application = "", callout = ""] = texts.trim().split(
    "\n",
  );
  return {
    operator: JSON.parse(operator),
    application: JSON.parse(application),
    callout: JSON.parse(callout),
  };
}

async function assertWhole(project: Project): Promise<void> {
  const { operator, application, callout } = await readChain(project);
  assertEquals(operator.nats.signing_keys.length, 1);
  assert(operator.nats.strict_signing_key_usage);
  assertMatch(operator.nats.system_account, /^A[A-Z2-7]{55}$/);
  assertEquals(operator.nats.account_server_url, "nats://nats.lokal:4222");
  assertEquals(application.nats.signing_keys.length, 1);
  assert((application.nats.limits.disk_storage ?? 0) > 0);
  assertEquals(callout.nats.signing_keys.length, 1);
  const { auth_users: users, allowed_accounts: allowed, xkey } = callout.nats
    .authorization;
  assertEquals(users?.length, 1);
  assertEquals(allowed, [application.sub]);
  assertMatch(xkey ?? "", /^X[A-Z2-7]{55}$/);
}

/** Keys, JWTs, and what the server reads. */
async function fingerprint(project: Project): Promise<string> {
  return await project.compose(
    ...["run", "--rm", "-T", "--entrypoint=sh", "nats-init"],
    ...["-ec", "find /nsc /config -type f | sort | xargs sha256sum"],
  );
}

async function assertTokensWork(project: Project): Promise<void> {
  for (const transport of ["tcp", "websocket"] as const) {
    const alice = await project.client("alice", transport);
    assert(await reaches(alice, alice, "users.alice.a", "users.alice.>"));
    await alice.close();
  }
}

/** Stands before nsc: after so many commands that change something, there is no next one. */
const CUTTING_NSC = `#!/bin/sh
case "$*" in
  *--help*) ;;
  *"add "*|*"edit "*|"env "*)
    done=$(cat /tmp/done 2>/dev/null || echo 0)
    [ "$done" -lt "$CUT_AFTER" ] || { echo "cut short" >&2; exit 1; }
    echo $((done + 1)) >/tmp/done
    ;;
esac
exec /usr/local/bin/nsc "$@"
`;

const RUNS_MAX = 30;

Deno.test("a half-done nats-init is finished by the next runs, wherever it was cut", async () => {
  await using project = await createProject("cut");
  const folder = `${project.folder}/cut`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/nsc`, CUTTING_NSC, { mode: 0o755 });

  // The operator takes two commands, which must both be done or none; then one a run.
  let runs = 0;
  let ended = false;
  while (!ended) {
    assert(++runs < RUNS_MAX, "nats-init does not get on");
    const after = runs === 1 ? 1 : 2;
    const { code, output } = await project.try(
      ...["run", "--rm", "-T", `--volume=${folder}:/cut:ro`],
      ...[
        "--env=PATH=/cut:/usr/local/bin:/usr/bin:/bin",
        `--env=CUT_AFTER=${after}`,
      ],
      "nats-init",
    );
    ended = code === 0;
    if (!ended) assertStringIncludes(output, "cut short");
  }
  assert(runs > 5, `${runs} runs`);
  await assertWhole(project);
  const before = await fingerprint(project);
  await project.compose("run", "--rm", "-T", "nats-init");
  assertEquals(await fingerprint(project), before);
});

Deno.test("a nats-init that was killed at any moment is finished by up", async () => {
  await using project = await createProject("killed");
  const container = `${project.name}-killed-run`;
  const { folder } = project;
  for (const milliseconds of [100, 300, 500, 700, 900, 1100]) {
    await project.compose(
      "run",
      "--detach",
      `--name=${container}`,
      "nats-init",
    );
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    // It may be done by then.
    await run("docker", ["kill", "--signal=KILL", container], { folder });
    await mustRun("docker", ["rm", "--force", container], { folder });
  }
  await project.up();
  await assertWhole(project);
  await assertTokensWork(project);
});

/** As one made operator and account before: no AUTH, and a creds file for each client. */
const EARLIER = `
  nsc add operator --name LOCAL --sys --generate-signing-key
  nsc edit operator --require-signing-keys --account-jwt-server-url nats://nats.lokal:4222
  nsc add account --name APP
  nsc edit account --name APP --sk generate --js-mem-storage 1G --js-disk-storage 2G
  key=$(nsc describe account --name APP --json | jq -r '.nats.signing_keys[0]')
  nsc add user --account APP --name old -K "$key"`;

Deno.test("an operator of the earlier recipe, without AUTH, is extended and not replaced", async () => {
  await using project = await createProject("earlier");
  await project.inBox(`(${EARLIER}) >/dev/null 2>&1`);
  const made = await project.inBox(`
    nsc describe operator --json 2>/dev/null | jq -c .
    nsc describe account --name APP --json 2>/dev/null | jq -c .`);
  const creds = await project.inBox(
    "nsc generate creds --account APP --name old 2>/dev/null",
  );

  await project.up();

  const { operator, application, callout } = await readChain(project);
  assertEquals(
    `${JSON.stringify(operator)}\n${JSON.stringify(application)}\n`,
    made,
  );
  assertNotEquals(callout.sub, application.sub);
  assertEquals(callout.nats.authorization.allowed_accounts, [application.sub]);
  await assertTokensWork(project);
  const old = await connectWithCreds(project.urls().natsUrl, creds);
  assert(await reaches(old, old, "anything", ">"));
  await old.close();
});

Deno.test("a half-done nats-export is finished by the next run", async () => {
  await using project = await createProject("half-exported");
  await project.compose("run", "--rm", "-T", "nats-init");
  const exported = ["run", "--rm", "-T", "--no-deps", "nats-export"];
  await project.compose(...exported);
  const files = [".env.callout", "callout.xkey", "callout.creds"];
  const before = await Promise.all(
    files.map((name) => project.readSecret(name)),
  );
  for (const name of files) {
    await Deno.remove(`${project.folder}/fs/nats-export/secrets/${name}`);
  }
  await project.compose(...exported);
  const after = await Promise.all(
    files.map((name) => project.readSecret(name)),
  );
  assertEquals(after, before);
});
