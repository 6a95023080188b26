/**
 * A callout service of one's own: your tokens, your users, everything else from
 * the library. Needs the files that the compose stack exports.
 */
import { identified, rejected, startCallout } from "../../src/mod.ts";

const env = (name: string): string => Deno.env.get(name) ?? "";
const users = new Map([["token-of-alice", "alice"], ["token-of-bob", "bob"]]);

const service = await startCallout({
  nats: {
    servers: [env("NATS_URL")],
    creds: Deno.readTextFileSync(env("CALLOUT_CREDS_FILE")),
  },
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
  authenticate: (bearerToken, { now }) => {
    const sub = users.get(bearerToken.reveal());
    if (sub === undefined) {
      return rejected("bearer_token_inactive", "Nobody has this token");
    }
    return identified({
      issuer: "my-app",
      sub,
      expiresAt: new Date(now + 3_600_000),
    });
  },
});
Deno.addSignalListener("SIGTERM", () => service.stop().then(() => Deno.exit()));
