/**
 * A bearer token as it was presented: what kind of text it is, and what it says of
 * itself, whether that is true or not. Nothing in here is verified.
 */
import type { Json, JsonObject } from "../base/json.ts";
import { member } from "../base/json.ts";
import { apiTokenId } from "../identity/api_token.ts";
import { decodeClaims, decodeCompactJws } from "../identity/compact_jws.ts";
import { parseServiceAccount } from "../identity/service_account.ts";
import { type TokenForm, tokenForm } from "../identity/token_form.ts";
import { formatTime, printable } from "./printable.ts";
import type { Facts } from "./source_settings.ts";

export interface PresentedToken {
  readonly form: TokenForm;
  /** For people. Of an opaque token, nothing. */
  readonly says: Facts;
  /** Of a JWT, all of them. */
  readonly claims: JsonObject;
}

/** What decides whether a token is for us. Who it stands for is for the issuer to say. */
const CLAIMS_SHOWN = [
  "iss",
  "aud",
  "exp",
  "nbf",
  "iat",
  "azp",
  "client_id",
  "scope",
  "scp",
];

const TIMES: readonly string[] = ["exp", "nbf", "iat"];

export function readPresentedToken(text: string): PresentedToken {
  const form = tokenForm(text);
  if (form === "api token") {
    const id = apiTokenId(text);
    return { form, says: id === undefined ? {} : { id }, claims: {} };
  }
  const jws = form === "jwt" ? decodeCompactJws(text) : undefined;
  if (jws?.kind !== "compact jws") return { form, says: {}, claims: {} };
  const { alg, kid, typ } = jws.header;
  const decoded = decodeClaims(jws.payload);
  const claims = decoded.kind === "claims" ? decoded.claims : {};
  return {
    form,
    claims,
    says: {
      ...showAll([["alg", alg], ["kid", kid], ["typ", typ]]),
      ...describeClaims(claims),
    },
  };
}

/** What claims say of whether a token is for us. */
export function describeClaims(claims: JsonObject): Facts {
  return showAll(CLAIMS_SHOWN.map((name) => [name, member(claims, name)]));
}

/** What a token of a cluster says by its `sub`; nothing if that is no service account. */
export function describeServiceAccount(claims: JsonObject): Facts {
  const sub = member(claims, "sub");
  const account = typeof sub === "string"
    ? parseServiceAccount(sub)
    : undefined;
  return account?.kind === "service account"
    ? { "namespace": account.namespace, "service_account": account.name }
    : {};
}

function showAll(
  said: readonly (readonly [name: string, value: Json | undefined])[],
): Facts {
  return Object.fromEntries(
    said.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, show(name, value)]]
    ),
  );
}

function show(name: string, value: Json): string {
  if (TIMES.includes(name) && typeof value === "number") {
    return formatTime(value);
  }
  const isList = Array.isArray(value) &&
    value.every((each) => typeof each === "string");
  return printable(
    typeof value === "string"
      ? value
      : isList
      ? value.join(", ")
      : JSON.stringify(value),
  );
}
