/**
 * What is certain of the claims of each kind of token, held against real ones.
 */
import { assert, assertEquals } from "@std/assert";
import type { CredentialKind } from "../../src/base/identity.ts";
import { hasType } from "../../src/base/known_claims.ts";
import { listIssuerTokens } from "../../src/identity/issuer_tokens.ts";
import { TOKEN_KINDS } from "./authenticator_kinds.ts";
import { kindTest } from "./running_kind.ts";

const TIMES = ["exp", "nbf", "iat"];

/** Of these something is certain. */
const NAMES: Readonly<Record<CredentialKind, readonly string[]>> = {
  "jwt": TIMES,
  "shared_secret": TIMES,
  "introspection": TIMES,
  "kubernetes": [...TIMES, "namespace", "service_account"],
  "api_token": ["iss", "sub", ...TIMES],
  "webhook": [],
  "custom": [],
};

for (const kind of TOKEN_KINDS) {
  kindTest(
    kind,
    "C15 what is certain of the claims before a token has come is true of it",
    async ({ judge, scene: { goodToken, options } }) => {
      const outcome = await judge(goodToken());
      assert(outcome.kind === "identity");
      const known = typeof options === "function"
        ? []
        : listIssuerTokens(options);
      const claims = known
        .filter(({ credential, issuer }) =>
          credential === outcome.credential && issuer === outcome.issuer
        )
        .flatMap((each) => each.claims);
      assertEquals(
        claims.map(({ path }) => path.join("/")),
        NAMES[outcome.credential],
      );
      for (const { isRequired, path: [name = "", ...inner], types } of claims) {
        assertEquals(inner, []);
        if (name === "sub") continue;
        const value = outcome.claims[name];
        const isRight = value === undefined
          ? !isRequired
          : types.some((type) => hasType(value, type));
        assert(isRight, `${name} is ${JSON.stringify(value)}`);
      }
    },
  );
}
