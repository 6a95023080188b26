/**
 * Whoever is asked about tokens, a program of its own: introspection and a webhook
 * that call every token active that says so itself. The path says how long an
 * answer takes, in milliseconds; with `never` only good tokens have an answer, at
 * once, and whoever asks for keys instead has none. Ends with its standard input.
 *
 * Whether a question is genuine is not looked at: it is not what is measured.
 */
import { sleep } from "./sleep.ts";
import { print } from "./printing.ts";

/** What a token holds that is good. */
export const GOOD = "good";

/** Where it says how many questions it was asked. */
export const QUESTIONS_PATH = "/questions";

const LIFETIME_SECONDS = 3600;

let questions = 0;

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === QUESTIONS_PATH) return Response.json(questions);
  questions++;
  const [, kind, delay] = pathname.split("/");
  const token: string = kind === "webhook"
    ? (await request.json()).token
    : new URLSearchParams(await request.text()).get("token") ?? "";
  const isGood = token.includes(GOOD);
  if (delay !== "never") await sleep(Number(delay));
  else if (!isGood) await new Promise(() => {});
  return Response.json(
    kind === "webhook"
      ? webhookAnswer(token, isGood)
      : introspectionAnswer(token, isGood),
  );
}

/** With what servers like to add, so that the length is a usual one. */
function introspectionAnswer(token: string, isGood: boolean): object {
  if (!isGood) return { active: isGood };
  const iat = Math.floor(Date.now() / 1000);
  return {
    active: isGood,
    sub: token,
    aud: ["nats"],
    iat,
    exp: iat + LIFETIME_SECONDS,
    "client_id": "bench-application",
    "token_type": "Bearer",
    scope: "openid profile email offline_access",
    username: `${token}@example.com`,
    groups: ["everyone", "developers"],
  };
}

function webhookAnswer(token: string, isGood: boolean): object {
  if (!isGood) return { result: "refused", reason: "unknown_token" };
  return {
    result: "accepted",
    sub: token,
    claims: { groups: ["everyone", "developers"] },
    "expires_at": Math.floor(Date.now() / 1000) + LIFETIME_SECONDS,
  };
}

if (import.meta.main) {
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => print(String(port)),
  }, answer);
  for await (const _ of Deno.stdin.readable);
  Deno.exit();
}
