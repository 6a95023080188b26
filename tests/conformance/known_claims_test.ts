/**
 * What is certain of the claims of each kind of token, held against real ones.
 */
import { assert, assertEquals } from "@std/assert";
import { hasType } from "../../src/base/known_claims.ts";
import { knownClaims } from "../../src/identity/known_claims.ts";
import { TOKEN_KINDS } from "./authenticator_kinds.ts";
import { kindTest } from "./running_kind.ts";

for (const kind of TOKEN_KINDS) {
  kindTest(
    kind,
    "C15 what is certain of the claims before a token has come is true of it",
    async ({ judge, scene: { goodToken, options } }) => {
      const outcome = await judge(goodToken());
      assert(outcome.kind === "identity");
      const known = typeof options === "function" ? [] : knownClaims(options);
      const claims = known
        .filter(({ credential, issuer }) =>
          credential === outcome.credential && issuer === outcome.issuer
        )
        .flatMap((each) => each.claims);
      assertEquals(known.length, kind.credential === "custom" ? 0 : 1);
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
