/**
 * A second OpenID provider, of another make and language, alone and beside the
 * first.
 */
import { assert, assertEquals } from "@std/assert";
import {
  Absent,
  counterpartTest,
  oidcProvider,
  zitadelProvider,
} from "../fixtures/counterparts.ts";
import { brief } from "../fixtures/introspection_scene.ts";
import {
  ASKING,
  createJudge,
  goClient,
  introspectionOptions,
  issuerOf,
  jwtOptions,
  mint,
  RULES,
} from "../fixtures/provider_judge.ts";

const provider = await oidcProvider();
const second = await zitadelProvider();

counterpartTest(
  "JWTs can be introspected instead of verified, if they are their issuer's",
  second,
  async (other) => {
    const issuer = issuerOf(other);
    const [options] = introspectionOptions(other, goClient).introspection ?? [];
    assert(options !== undefined);
    using judge = await createJudge({
      introspection: [{ ...options, audiences: "any", jwts: "own" }],
    });
    const outcome = await judge(await grant(issuer, "jwt"));
    assert(outcome.kind === "identity", JSON.stringify(outcome));
    assertEquals([outcome.sub, outcome.credential], ["id1", "introspection"]);
  },
);

counterpartTest(
  "claims that are not in the token come from the provider's UserInfo",
  second,
  async (other) => {
    const issuer = issuerOf(other);
    using judge = await createJudge({
      issuers: [{
        issuer,
        algorithms: ["RS256"],
        keys: { kind: "discovery", ...ASKING },
        userinfo: {
          endpoint: { kind: "discovery" },
          claims: ["preferred_username"],
          ...ASKING,
        },
        ...RULES,
      }],
    });
    const outcome = await judge(await grant(issuer, "jwt"));
    assert(outcome.kind === "identity", JSON.stringify(outcome));
    assertEquals(outcome.claims["preferred_username"], "test-user@localhost");
  },
);

counterpartTest(
  "C2 C18 two providers at once: each token is judged by its own, whatever the other does",
  provider instanceof Absent ? provider : second,
  async (other) => {
    assert(!(provider instanceof Absent));
    await using running = await provider();
    const name = issuerOf(other);
    using judge = await createJudge({
      issuers: [
        ...jwtOptions(running).issuers ?? [],
        {
          issuer: name,
          algorithms: ["RS256"],
          keys: { kind: "discovery", ...ASKING },
          ...RULES,
        },
      ],
      introspection: [{
        issuer: name,
        endpoint: new URL("/oauth/introspect", name),
        client: goClient,
        ...RULES,
        audiences: "any",
        ...ASKING,
      }],
    });
    for (
      const [client, credential] of [
        ["jwt", "jwt"],
        ["opaque", "introspection"],
      ] as const
    ) {
      const outcome = await judge(await grant(name, client));
      assert(outcome.kind === "identity", JSON.stringify(outcome));
      assertEquals(
        [outcome.issuer, outcome.sub, outcome.credential],
        [name, "id1", credential],
      );
    }
    assertEquals(
      brief(await judge(await mint(running, { format: "jwt" }))),
      "identity alice",
    );
    assertEquals(judge.authenticator.status().map(({ ready }) => ready), [
      true,
      true,
      true,
    ]);
  },
);

/** A token from the client credentials grant. */
async function grant(issuer: string, client: string): Promise<string> {
  const answer = await askForTokens(issuer, client, {
    "grant_type": "client_credentials",
    scope: "openid profile",
  });
  const { "access_token": token } = answer;
  assert(token !== undefined, JSON.stringify(answer));
  return token;
}

counterpartTest(
  "F3 F5 opaque tokens of a provider in Go are introspected",
  second,
  async (other) => {
    const issuer = issuerOf(other);
    using judge = await createJudge({
      introspection: [{
        issuer,
        endpoint: { kind: "discovery" },
        client: goClient,
        ...RULES,
        audiences: "any",
        ...ASKING,
      }],
    });
    const outcome = await judge(await grant(issuer, "opaque"));
    assert(outcome.kind === "identity", JSON.stringify(outcome));
    assertEquals([outcome.issuer, outcome.sub], [issuer, "id1"]);
    assertEquals(brief(await judge("no-such-token")), "bearer_token_inactive");
  },
);

counterpartTest(
  "C12 what a login gives to its client: the access token is accepted, the ID token only if configured",
  second,
  async (other) => {
    const issuer = issuerOf(other);
    const tokens = await logIn(issuer);
    for (const allowIdTokens of [false, true]) {
      using judge = await createJudge({
        issuers: [{
          issuer,
          algorithms: ["RS256"],
          keys: { kind: "discovery", ...ASKING },
          ...RULES,
          audiences: ["web"],
          allowIdTokens,
        }],
      });
      assertEquals(brief(await judge(tokens.access)), "identity id1");
      assertEquals(
        brief(await judge(tokens.id)),
        allowIdTokens ? "identity id1" : "token_type_not_accepted",
      );
    }
  },
);

/** Somebody logs in at the client "web", as a browser would (RFC 6749 section 4.1). */
async function logIn(
  issuer: string,
): Promise<{ readonly access: string; readonly id: string }> {
  const redirectUri = "http://localhost:9999/auth/callback";
  const login = await follow(
    new URL(
      `/auth?${new URLSearchParams({
        "client_id": "web",
        "redirect_uri": redirectUri,
        "response_type": "code",
        scope: "openid profile",
        state: "any",
      })}`,
      issuer,
    ),
  );
  const form = new URLSearchParams({
    id: login.searchParams.get("authRequestID") ?? "",
    username: "test-user@localhost",
    password: "verysecure",
  });
  login.search = "";
  const back = await follow(await follow(login, form));
  const { "access_token": access, "id_token": id } = await askForTokens(
    issuer,
    "web",
    {
      "grant_type": "authorization_code",
      code: back.searchParams.get("code") ?? "",
      "redirect_uri": redirectUri,
    },
  );
  assert(access !== undefined && id !== undefined);
  return { access, id };
}

/** Where it leads to. */
async function follow(url: URL, form?: URLSearchParams): Promise<URL> {
  const response = await fetch(url, {
    redirect: "manual",
    ...(form === undefined ? {} : { method: "POST", body: form }),
  });
  await response.body?.cancel();
  return new URL(response.headers.get("location") ?? "", url);
}

async function askForTokens(
  issuer: string,
  client: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const response = await fetch(new URL("/oauth/token", issuer), {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${client}:verysecret`)}` },
    body: new URLSearchParams(parameters),
  });
  return await response.json();
}
