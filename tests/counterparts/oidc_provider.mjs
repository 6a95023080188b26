/**
 * An OpenID provider that is not ours: oidc-provider, as a program of its own.
 * Prints its issuer, then obeys one JSON object a line on standard input:
 *
 *     {"op":"mint","sub":"alice","format":"jwt"|"opaque","openid":false,"audience":"nats","ttl":600}
 *     {"op":"revoke","token":"…"}
 *     {"op":"rotate","overlap":true}
 *     {"op":"client","jwk":{…}}
 */
// deno-lint-ignore-file -- a program for Node in JavaScript, with the library's own names
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

// Not a literal: the package is in the folder that this is run in, not in the project.
const PACKAGE = "oidc-provider";
const { default: Provider } = await import(PACKAGE);

let keysMade = 0;
let keys = [];
let provider;
let callback;

const server = createServer((request, response) => callback(request, response));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = `rsa-${++keysMade}`;
  return {
    ...privateKey.export({ format: "jwk" }),
    kid,
    alg: "RS256",
    use: "sig",
  };
}

/** Tokens are kept in the module's own memory, so they outlive a change of keys. */
function serve(newKeys) {
  keys = newKeys;
  const noGrants = { redirect_uris: [], response_types: [] };
  provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: "app",
        client_secret: "app-secret-0123456789-0123456789",
        grant_types: ["client_credentials"],
        ...noGrants,
      },
      {
        client_id: "nats",
        client_secret: "nats+secret/0123456789&0123456789%",
        grant_types: [],
        ...noGrants,
      },
      {
        client_id: "nats-post",
        client_secret: "nats-secret-0123456789-0123456789",
        token_endpoint_auth_method: "client_secret_post",
        grant_types: [],
        ...noGrants,
      },
      ...(globalThis.clientKey === undefined ? [] : [{
        client_id: "nats-key",
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        jwks: { keys: [globalThis.clientKey] },
        grant_types: [],
        ...noGrants,
      }]),
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      userinfo: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: "read",
          audience: "nats",
          accessTokenTTL: 600,
          accessTokenFormat: resource.split(":").at(-1),
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    scopes: ["openid", "read"],
    claims: { openid: ["sub", "groups"] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, groups: ["ops"] }),
    }),
  });
  callback = provider.callback();
}

async function mint(
  { sub, format, openid = false, audience = "nats", ttl = 600 },
) {
  const client = await provider.Client.find("app");
  const grant = new provider.Grant({ accountId: sub, clientId: "app" });
  grant.addOIDCScope("openid read");
  grant.addResourceScope(`urn:test:${format}`, "read");
  const grantId = await grant.save();
  const scope = openid ? "openid read" : "read";
  const token = new provider.AccessToken({
    accountId: sub,
    client,
    grantId,
    scope,
    expiresIn: ttl,
    gty: "authorization_code",
  });
  if (!openid) {
    token.resourceServer = new provider.ResourceServer(`urn:test:${format}`, {
      scope,
      audience,
      accessTokenFormat: format,
      jwt: { sign: { alg: "RS256" } },
    });
  }
  return { token: await token.save() };
}

const operations = {
  mint,
  async revoke({ token }) {
    const found = await provider.AccessToken.find(token);
    await found?.destroy();
    return {};
  },
  rotate({ overlap }) {
    serve([newKey(), ...(overlap ? keys : [])]);
    return {};
  },
  client({ jwk }) {
    globalThis.clientKey = jwk;
    serve(keys);
    return {};
  },
};

serve([newKey()]);
console.log(JSON.stringify({ issuer }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    console.log(JSON.stringify(await operations[command.op](command)));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error?.stack ?? error) }));
  }
}
process.exit(0);
