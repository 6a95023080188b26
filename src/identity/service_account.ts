/**
 * Service accounts of a Kubernetes cluster: `system:serviceaccount:<ns>:<name>`,
 * whose parts rules can use as the claims `namespace` and `service_account`.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
 *   RFC 1123 section 2.1 for the names
 */
import type { Identity } from "../base/identity.ts";
import { isJsonObject, member } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { rejected } from "../base/outcome.ts";
import type { Rejected } from "../base/outcome.ts";

/** Which service accounts of a cluster are let in. */
export interface ServiceAccountRules {
  /** Namespaces whose service accounts are welcome; any unless given. */
  readonly namespaces?: readonly string[];
}

/** A namespace is one DNS label, a name may have several. */
const SERVICE_ACCOUNT_REGEXP =
  /^system:serviceaccount:(?<namespace>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):(?<name>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/;

export interface ServiceAccount {
  readonly kind: "service account";
  readonly namespace: string;
  readonly name: string;
}

export function parseServiceAccount(sub: string): ServiceAccount | Rejected {
  const groups = SERVICE_ACCOUNT_REGEXP.exec(sub)?.groups;
  const namespace = groups?.["namespace"];
  const name = groups?.["name"];
  return namespace === undefined || name === undefined
    ? rejected("claim_invalid", 'Claim "sub" is no service account')
    : { kind: "service account", namespace, name };
}

/** Turns the identity of a verified token of a cluster into that of a service account. */
export function toServiceAccount(
  identity: Identity,
  { namespaces }: ServiceAccountRules,
): Identity | Rejected {
  const account = parseServiceAccount(identity.sub);
  if (account.kind === "rejected") return account;
  const { namespace, name } = account;
  if (namespaces !== undefined && !namespaces.includes(namespace)) {
    return rejected(
      "namespace_not_allowed",
      "The service account's namespace is none of those configured",
    );
  }
  if (contradicts(identity.claims, account)) {
    return rejected(
      "claim_invalid",
      'Claim "kubernetes.io" names another service account than "sub"',
    );
  }
  return {
    ...identity,
    credential: "kubernetes",
    claims: { ...identity.claims, namespace, "service_account": name },
  };
}

/** A projected token says twice whose it is. */
function contradicts(
  claims: JsonObject,
  { namespace, name }: ServiceAccount,
): boolean {
  const details = member(claims, "kubernetes.io");
  if (!isJsonObject(details)) return false;
  const account = member(details, "serviceaccount");
  return differs(member(details, "namespace"), namespace) ||
    (isJsonObject(account) && differs(member(account, "name"), name));
}

function differs(value: Json | undefined, expected: string): boolean {
  return value !== undefined && value !== expected;
}
