/**
 * The creds of the service's own user: the user's JWT and seed in one text. They
 * must be of a user in the account AUTH; those of any other would connect and
 * never see a request.
 */
import { isJsonObject, JsonFault, member } from "../base/json.ts";
import { JSON_LIMITS } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import { decodeNatsJwt } from "../nats_jwt/codec.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";

/** As nats-core reads them: any number of dashes, three at least (`authenticator.ts`). */
const BLOCK_REGEXP =
  /-{3,}BEGIN (?<kind>[A-Z ]+)-{3,}\s+(?<content>[\w.=-]+)\s+-{3,}END \k<kind>-{3,}/g;

/** Undefined if they can be used. Continues a sentence: "holds a text …". */
export function credsProblem(
  text: string,
  calloutAccount: string | undefined,
): string | undefined {
  const blocks = new Map(
    [...text.matchAll(BLOCK_REGEXP)].map((
      { groups },
    ) => [groups?.["kind"], groups?.["content"]]),
  );
  const jwt = blocks.get("NATS USER JWT");
  const seed = blocks.get("USER NKEY SEED");
  if (jwt === undefined) return "without a NATS user JWT";
  if (seed === undefined) return "without a user's seed";

  const publicKey = publicKeyOf(new Secret(seed));
  if (publicKey === undefined) {
    return "whose seed is not a whole user seed (SU...)";
  }
  const decoded = decodeNatsJwt(new TextEncoder().encode(jwt), JSON_LIMITS);
  if (decoded instanceof JsonFault) {
    return `whose user JWT ${decoded.problem}`;
  }
  const { claims } = decoded;
  if (member(claims, "sub") !== publicKey) {
    return "whose user JWT is for another seed";
  }
  if (calloutAccount === undefined) return undefined;
  const nats = member(claims, "nats");
  const issuerAccount = isJsonObject(nats)
    ? member(nats, "issuer_account")
    : undefined;
  return (issuerAccount ?? member(claims, "iss")) === calloutAccount
    ? undefined
    : "with the creds of a user in another account than callout.account";
}

function publicKeyOf(seed: Secret): string | undefined {
  try {
    return decodeSeed(seed, "user").publicKey;
  } catch {
    // Not a seed, or of another role.
    return undefined;
  }
}
