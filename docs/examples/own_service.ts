/**
 * A callout service of one's own: your tokens, your users, everything else from
 * the library. Needs the files that the compose stack exports.
 */
import { identified, rejected, startCallout } from "../../src/mod.ts";

const env = (name: string): string => Deno.env.get(name) ?? "";
const creds = Deno.readTextFileSync(env("CALLOUT_CREDS_FILE"));
const users = new Map([["token-of-alice", "alice"], ["token-of-bob", "bob"]]);

const service = await startCallout({
  nats: { servers: [env("NATS_URL")], creds },
  callout: {
    account: env("CALLOUT_ACCOUNT_KEY"),
    signingKey: env("CALLOUT_SIGNING_KEY"),
    xkey: env("CALLOUT_XKEY"),
  },
  accounts: [{
    name: env("NATS_ACCOUNT"),
    publicKey: env("NATS_ACCOUNT_KEY"),
    signingKey: env("NATS_ACCOUNT_SECRET"),
  }],
  issuers: [{ issuer: "my-app" }],
  authenticate: (bearerToken, { now }) => {
    const sub = users.get(bearerToken.reveal());
    if (sub === undefined) return rejected("bearer_token_inactive", "Unknown");
    const expiresAt = new Date(now + 3_600_000);
    return identified({ issuer: "my-app", sub, expiresAt });
  },
});
Deno.addSignalListener("SIGTERM", service.stop);
// With an error if nobody stopped it: whoever runs this program starts it anew.
Deno.exit(await service.ended === undefined ? 0 : 1);
