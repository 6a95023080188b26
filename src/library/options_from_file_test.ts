import { assert, assertEquals, assertRejects } from "@std/assert";
import { withFolder } from "../../tests/fixtures/config_folder.ts";
import {
  FILES,
  KEYS,
  TEXT,
  VARIABLES,
} from "../../tests/fixtures/config_scene.ts";
import { Secret } from "../base/secret.ts";
import { optionsFromFile } from "./options_from_file.ts";
import type { SecretText } from "./plain_options.ts";

/** Of what `deno test` itself runs in: as a program would find it. */
function withVariables(
  variables: Readonly<Record<string, string>>,
): Disposable {
  for (const [name, value] of Object.entries(variables)) {
    Deno.env.set(name, value);
  }
  return {
    [Symbol.dispose](): void {
      for (const name of Object.keys(variables)) Deno.env.delete(name);
    },
  };
}

function textIn(folder: string, text = TEXT): string {
  return text.replaceAll(/: (callout\.\w+)$/gm, `: ${folder}/$1`);
}

function reveal(secret: SecretText | null | undefined): string | undefined {
  return secret instanceof Secret ? secret.reveal() : undefined;
}

Deno.test("J1 optionsFromFile() returns nothing that shows a seed when it is printed", async () => {
  await withFolder(FILES, async (folder) => {
    await Deno.writeTextFile(`${folder}/callout.yaml`, textIn(folder));
    using _ = withVariables(VARIABLES);
    const options = await optionsFromFile(`${folder}/callout.yaml`);
    const printed =
      Deno.inspect(options, { depth: 9, strAbbreviateSize: 1e6 }) +
      JSON.stringify(options);
    assert(printed.includes(KEYS.callout.publicKey));
    assert(!/\bS[AUX][A-Z2-7]{56}\b/.test(printed), printed);
  });
});

Deno.test("optionsFromFile() reads what start would, with its files and variables", async () => {
  await withFolder(FILES, async (folder) => {
    await Deno.writeTextFile(`${folder}/callout.yaml`, textIn(folder));
    using _ = withVariables(VARIABLES);
    const { accounts, callout, nats } = await optionsFromFile(
      `${folder}/callout.yaml`,
    );
    assertEquals(nats.servers, ["nats://127.0.0.1:4222"]);
    assertEquals(reveal(nats.creds), FILES["callout.creds"]);
    assertEquals(nats.queueGroup, "nats-auth-callout");
    assertEquals(callout.account, KEYS.callout.publicKey);
    assertEquals(reveal(callout.signingKey), KEYS.signing.seed);
    assertEquals(reveal(callout.xkey), KEYS.xkey.seed);
    const [account, ...others] = accounts;
    assertEquals(others, []);
    assertEquals(account?.name, "APP");
    assertEquals(account?.publicKey, KEYS.application.publicKey);
    assertEquals(reveal(account?.signingKey), KEYS.applicationSigning.seed);
    assertEquals(account?.scopedKeys, []);
    // As start does: what the program starts later does not see them.
    assertEquals(Deno.env.get("CALLOUT_XKEY"), undefined);
    assertEquals(
      Deno.env.get("NATS_ACCOUNT_KEY"),
      KEYS.application.publicKey,
    );
  });
});

Deno.test("J10 optionsFromFile() takes the seeds out of the environment, and leaves the secrets of issuers to the program", async () => {
  await withFolder(FILES, async (folder) => {
    const path = `${folder}/callout.yaml`;
    await Deno.writeTextFile(
      path,
      `${textIn(folder)}    shared_secrets: [{ secret: "\${SHOP_SECRET}" }]\n`,
    );
    using _ = withVariables({ ...VARIABLES, SHOP_SECRET: "canary" });
    await optionsFromFile(path);
    assertEquals(
      ["CALLOUT_XKEY", "NATS_ACCOUNT_SECRET", "SHOP_SECRET"]
        .map((name) => Deno.env.get(name)),
      [undefined, undefined, "canary"],
    );
  });
});

Deno.test("optionsFromFile() does not look at issuers and rules", async () => {
  await withFolder(FILES, async (folder) => {
    using _ = withVariables(VARIABLES);
    for (
      const instead of [
        "",
        "issuers: 5\n",
        'issuers: [{ issuer: "https://gone.example", jwks_file: missing }]\n',
        "rules: [{ name: 1, grant: oops }]\n",
        "monitoring: { listen: oops }\n",
      ]
    ) {
      const text = textIn(folder).replace(/^issuers:[^]*/m, instead);
      await Deno.writeTextFile(`${folder}/callout.yaml`, text);
      const { callout } = await optionsFromFile(`${folder}/callout.yaml`);
      assertEquals(callout.account, KEYS.callout.publicKey);
      for (const [name, value] of Object.entries(VARIABLES)) {
        Deno.env.set(name, value);
      }
    }
  });
});

Deno.test("J1 optionsFromFile() names every setting that is wrong with its variable, and no value", async () => {
  const files = { ...FILES, "callout.signing_key": "SXCANARY\n" };
  await withFolder(files, async (folder) => {
    const path = `${folder}/callout.yaml`;
    await Deno.writeTextFile(path, `oops: CANARY\n${textIn(folder)}`);
    using _ = withVariables({ ...VARIABLES, NATS_ACCOUNT_KEY: "CANARY" });
    const { message } = await assertRejects(
      () => optionsFromFile(path),
      TypeError,
      `Cannot use ${path}:`,
    );
    for (
      const expected of [
        "\n  oops ",
        "\n  callout.signing_key_file ",
        "\n  accounts[0].public_key (NATS_ACCOUNT_KEY) ",
      ]
    ) assert(message.includes(expected), message);
    assert(!message.includes("CANARY"), message);
  });
});

Deno.test("optionsFromFile() says which file is not there", async () => {
  await assertRejects(
    () => optionsFromFile("nowhere/callout.yaml"),
    TypeError,
    "nowhere/callout.yaml does not exist",
  );
});
