/**
 * A callout service of one's own: your tokens, your users, everything else from
 * the library. NATS and the keys are those of the service that it replaces.
 */
import {
  identified,
  optionsFromFile,
  rejected,
  startCallout,
} from "../../src/mod.ts";

const users = new Map([["token-of-alice", "alice"], ["token-of-bob", "bob"]]);

const service = await startCallout({
  ...await optionsFromFile("config/callout.yaml"),
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
