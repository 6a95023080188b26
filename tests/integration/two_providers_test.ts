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
  const response = await fetch(new URL("/oauth/token", issuer), {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${client}:verysecret`)}` },
    body: new URLSearchParams({
      "grant_type": "client_credentials",
      scope: "openid profile",
    }),
  });
  const answer = await response.json();
  assert(typeof answer["access_token"] === "string", JSON.stringify(answer));
  return answer["access_token"];
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
