/**
 * Tokens of an OpenID provider that is not ours, running as a program of its own:
 * JWTs with rotation of its keys, and opaque tokens that it introspects.
 */
import { assert, assertEquals } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import { Secret } from "../../src/base/secret.ts";
import { parseClientKey } from "../../src/identity/client_authentication.ts";
import type { ClientAuthentication } from "../../src/identity/client_authentication.ts";
import { counterpartTest, oidcProvider } from "../fixtures/counterparts.ts";
import { brief } from "../fixtures/introspection_scene.ts";
import {
  basicClient,
  createJudge,
  introspectionOptions,
  issuerOf,
  jwtOptions,
  mint,
  SECRETS,
} from "../fixtures/provider_judge.ts";

const provider = await oidcProvider();

counterpartTest(
  "C1 C3 C11 C13 C14 an access token of a provider is accepted by discovery alone, and others of its tokens are not",
  provider,
  async (running) => {
    using judge = await createJudge(jwtOptions(running));
    const outcome = await judge(await mint(running, { format: "jwt" }));
    assert(outcome.kind === "identity", JSON.stringify(outcome));
    assertEquals([outcome.issuer, outcome.sub, outcome.credential], [
      issuerOf(running),
      "alice",
      "jwt",
    ]);
    assertEquals(
      brief(
        await judge(await mint(running, { format: "jwt", audience: "other" })),
      ),
      "audience_mismatch",
    );
    assertEquals(
      brief(await judge(await mint(running, { format: "opaque" }))),
      "bearer_token_malformed",
    );
    assertEquals(
      brief(await judge(await mint(running, { format: "jwt", ttl: -60 }))),
      "bearer_token_expired",
    );
  },
);

counterpartTest(
  "D13 D14 keys rotate with overlap without a failure, and without overlap after one fetch",
  provider,
  async (running) => {
    using judge = await createJudge(jwtOptions(running));
    const old = await mint(running, { format: "jwt" });
    assertEquals(brief(await judge(old)), "identity alice");
    // The first fetch, at the start, has a cool-down as any other has.
    await new Promise((resolve) => setTimeout(resolve, 150));
    await running.ask({ op: "rotate", overlap: true });
    for (const token of [old, await mint(running, { format: "jwt" }), old]) {
      assertEquals(brief(await judge(token)), "identity alice");
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    await running.ask({ op: "rotate", overlap: false });
    assertEquals(
      brief(await judge(await mint(running, { format: "jwt" }))),
      "identity alice",
    );
    assertEquals(brief(await judge(old)), "key_unknown");
  },
);

counterpartTest(
  "F2 F3 F14 opaque tokens are introspected by the provider itself, until it revokes them",
  provider,
  async (running) => {
    using judge = await createJudge(
      introspectionOptions(running, basicClient, 1),
    );
    const token = await mint(running, { format: "opaque" });
    const outcome = await judge(token);
    assert(outcome.kind === "identity", JSON.stringify(outcome));
    assertEquals([outcome.issuer, outcome.sub, outcome.credential], [
      issuerOf(running),
      "alice",
      "introspection",
    ]);
    assertEquals(outcome.claims["scope"], "read");
    await running.ask({ op: "revoke", token });
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    assertEquals(brief(await judge(token)), "bearer_token_inactive");
    assertEquals(brief(await judge("no-such-token")), "bearer_token_inactive");
    assertEquals(
      brief(
        await judge(
          await mint(running, { format: "opaque", audience: "other" }),
        ),
      ),
      "audience_mismatch",
    );
  },
);

counterpartTest(
  "A12 C18 JWTs and opaque tokens of one provider are the same person, each judged in its own way",
  provider,
  async (running) => {
    using judge = await createJudge({
      ...jwtOptions(running),
      ...introspectionOptions(running, basicClient),
    });
    const token = await mint(running, { format: "opaque" });
    for (
      const [presented, credential] of [
        [await mint(running, { format: "jwt" }), "jwt"],
        [token, "introspection"],
      ] as const
    ) {
      const outcome = await judge(presented);
      assert(outcome.kind === "identity", JSON.stringify(outcome));
      assertEquals(
        [outcome.issuer, outcome.sub, outcome.credential],
        [issuerOf(running), "alice", credential],
      );
    }
    // A JWT that is refused is not asked about, though its issuer would vouch for it.
    const mangled = `${await mint(running, { format: "jwt" })}..`;
    assertEquals(brief(await judge(mangled)), "bearer_token_malformed");
  },
);

counterpartTest(
  "F2 the provider takes the secret from the body and a signed assertion, and no wrong ones",
  provider,
  async (running) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
    });
    await running.ask({
      op: "client",
      jwk: {
        ...publicKey.export({ format: "jwk" }),
        kid: "client-1",
        use: "sig",
        alg: "ES256",
      },
    });
    const pem = new Secret(
      String(privateKey.export({ format: "pem", type: "pkcs8" })),
    );
    const key = {
      method: "private_key_jwt",
      clientId: "nats-key",
      ...parseClientKey(pem),
    } as const;
    const clients: readonly [ClientAuthentication, string][] = [
      [{
        method: "client_secret_post",
        clientId: "nats-post",
        secret: new Secret(SECRETS["nats-post"]),
      }, "identity alice"],
      [{ ...key, audience: issuerOf(running) }, "identity alice"],
      [
        { ...basicClient, secret: new Secret("wrong") },
        "unavailable introspection",
      ],
      [
        { ...key, audience: "https://elsewhere.example" },
        "unavailable introspection",
      ],
    ];
    const token = await mint(running, { format: "opaque" });
    for (const [client, expected] of clients) {
      using judge = await createJudge(introspectionOptions(running, client));
      assertEquals(brief(await judge(token)), expected, client.method);
    }
  },
);
