/**
 * A backend that judges tokens for the callout service: a stand-in for yours, with
 * a table where yours has a database. See docs/webhook.openapi.yaml.
 *
 *     WEBHOOK_SECRET=whsec_… deno run --allow-net --allow-env docs/examples/webhook_backend.ts
 */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

const USERS_BY_TOKEN = new Map([
  ["1|Zl3cR8hV0tqkq2fJ", { sub: "user-4711", groups: ["ops"] }],
  ["2|m0Vd1qkP9sY7bW3x", { sub: "user-4712", groups: [] }],
]);

const secret = Deno.env.get("WEBHOOK_SECRET") ?? "";
const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
// With an empty key, anybody could sign.
if (key.length < 24) {
  throw new TypeError("WEBHOOK_SECRET must be whsec_ and 32 bytes in base64");
}

/** Whether the service that shares the secret has asked, and asks now. */
function isGenuine({ headers }: Request, body: string): boolean {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  // Not the other way round: what is no number is not more than 300 either.
  const isNow = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300;
  if (!/^\d+$/.test(timestamp) || !isNow) return false;
  const expected = createHmac("sha256", key)
    .update(`${id}.${timestamp}.${body}`)
    .digest();
  const signatures = (headers.get("webhook-signature") ?? "").split(" ");
  return signatures.some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.env.get("PORT") ?? "8787"),
}, async (request) => {
  const body = await request.text();
  if (!isGenuine(request, body)) return new Response(null, { status: 401 });
  const { token } = JSON.parse(body);
  const user = USERS_BY_TOKEN.get(token);
  return Response.json(
    user === undefined ? { result: "refused", reason: "unknown_token" } : {
      result: "accepted",
      sub: user.sub,
      claims: { groups: user.groups },
      expires_at: Math.floor(Date.now() / 1000) + 3600,
    },
  );
});
