import type { ServerInfo } from "@nats-io/nats-core";
import { assertEquals, assertThrows } from "@std/assert";
import { goodIdentity, GRANT } from "../../tests/fixtures/callout_scene.ts";
import { FACTS } from "../../tests/fixtures/rules_scene.ts";
import { InvariantError } from "../base/assert.ts";
import { CalloutAccountError, createOwnAccount } from "./own_account.ts";

const KEY = "ABC";
const ACCOUNTS = [{ name: "APP" }, { name: "KEYED", publicKey: KEY }];

function infoOf(account: string | undefined): ServerInfo {
  const facts = { "server_id": "N1" };
  return (account === undefined
    ? facts
    : { ...facts, "remote_account": account }) as ServerInfo;
}

const rows: [own: string | undefined, refused: string | undefined][] = [
  [undefined, undefined],
  ["CALLOUT", undefined],
  ["KEYED", undefined],
  ["APP", "APP"],
  [KEY, "KEYED"],
];

for (const [own, refused] of rows) {
  Deno.test(`H10 in the account ${own}, users are placed in ${refused === undefined ? "all" : `all but ${refused}`}`, () => {
    const { guard, refuse } = createOwnAccount(ACCOUNTS, () => infoOf(own));
    if (refused === undefined) refuse();
    else assertThrows(refuse, CalloutAccountError, `accounts: ${refused} is`);
    for (const { name: account } of ACCOUNTS) {
      const permit = guard(() => ({ ...GRANT, account }));
      const place = (): unknown => permit(goodIdentity(), FACTS);
      if (account === refused) assertThrows(place, InvariantError);
      else assertEquals(place(), { ...GRANT, account });
    }
  });
}
