import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { createLocalJWKSet, jwtVerify } from "jose";
import { withFreePath } from "../../tests/fixtures/free_path.ts";
import {
  createTokenIssuer,
  DEVELOPMENT_ISSUER,
  openTokenIssuer,
  TokenIssuerError,
} from "./token_issuer.ts";

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

Deno.test("createTokenIssuer() mints tokens that its JWKS verifies", async () => {
  await withFreePath(async (folder) => {
    const issuer = await createTokenIssuer(folder);
    const token = await issuer.mint({
      sub: "alice",
      ttlSeconds: 60,
      claims: { team: "red", sub: "mallory", exp: 1e10 },
    });
    const jwks = JSON.parse(await Deno.readTextFile(issuer.jwksFile));
    const { payload, protectedHeader } = await jwtVerify(
      token.reveal(),
      createLocalJWKSet(jwks),
      {
        issuer: DEVELOPMENT_ISSUER,
        audience: "nats",
        subject: "alice",
        requiredClaims: ["jti"],
      },
    );
    assertEquals(protectedHeader.alg, "EdDSA");
    assertEquals(payload["team"], "red");
    assertEquals((payload.exp ?? 0) - (payload.iat ?? 0), 60);
  });
});

Deno.test("createTokenIssuer() keeps the private key to its owner, and out of the JWKS", async () => {
  await withFreePath(async (folder) => {
    const issuer = await createTokenIssuer(folder);
    assertEquals(await modeOf(folder), 0o700);
    assertEquals(await modeOf(`${folder}/private.jwk`), 0o600);
    const [key] = JSON.parse(await Deno.readTextFile(issuer.jwksFile)).keys;
    const members = ["alg", "crv", "kid", "kty", "use", "x"];
    assertEquals(Object.keys(key).sort(), members);
    const files = await Array.fromAsync(Deno.readDir(folder));
    assertEquals(files.length, 2);
  });
});

Deno.test("createTokenIssuer() keeps the key that is there, also when several start at once", async () => {
  await withFreePath(async (folder) => {
    await Promise.all(
      Array.from({ length: 4 }, () => createTokenIssuer(folder)),
    );
    const key = await Deno.readTextFile(`${folder}/private.jwk`);
    const jwks = await Deno.readTextFile(`${folder}/jwks.json`);
    assertStringIncludes(jwks, JSON.parse(key).kid);
    await Deno.remove(`${folder}/jwks.json`);
    await createTokenIssuer(folder);
    assertEquals(await Deno.readTextFile(`${folder}/private.jwk`), key);
    assertEquals(await Deno.readTextFile(`${folder}/jwks.json`), jwks);
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 2);
  });
});

Deno.test("openTokenIssuer() says how to get an issuer when there is none", async () => {
  await withFreePath(async (folder) => {
    await assertRejects(
      () => openTokenIssuer(folder),
      TokenIssuerError,
      "--init",
    );
  });
});

Deno.test("openTokenIssuer() refuses a key that others may read", async () => {
  await withFreePath(async (folder) => {
    await createTokenIssuer(folder);
    await Deno.chmod(`${folder}/private.jwk`, 0o640);
    await assertRejects(
      () => openTokenIssuer(folder),
      TokenIssuerError,
      "chmod 600",
    );
  });
});

Deno.test("openTokenIssuer() refuses a file that holds no private key, and shows nothing of it", async () => {
  for (const text of ["canary", '{"kty":"OKP","crv":"Ed25519","x":"canary"}']) {
    await withFreePath(async (folder) => {
      await Deno.mkdir(folder);
      await Deno.writeTextFile(`${folder}/private.jwk`, text, { mode: 0o600 });
      const error = await assertRejects(
        () => openTokenIssuer(folder),
        TokenIssuerError,
        "private.jwk",
      );
      assert(!error.message.includes("canary"));
    });
  }
});
