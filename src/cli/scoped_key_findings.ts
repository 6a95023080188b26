/**
 * Judges the scoped signing keys of an account. A user JWT that one of them signs
 * holds no permissions: its key's template says what is allowed, and where there is
 * no template, or one that does not speak of publishing or subscribing, that is
 * everything.
 *
 * @see github.com/nats-io/jwt v2, `account_claims.go` UserScope; nats-server
 *   `accounts.go` buildPermissionsFromJwt, `auth.go` processUserPermissionsTemplate
 */
import { isJsonObject, type JsonObject, member } from "../base/json.ts";
import type { AccountOptions } from "../nats/service_options.ts";
import { decodeSeed } from "../nats_jwt/nkeys.ts";
import type { ScopedKeyUse } from "../permissions/compile_scoped.ts";
import { type Finding, list, object, texts, verdict } from "./finding.ts";
import { judgeTemplateSubjects } from "./template_findings.ts";

/** @param claims Of the account, as the server has them; undefined if nobody has used it yet, which is said elsewhere. */
export function judgeScopedKeys(
  { name, scopedKeys = [] }: AccountOptions,
  claims: JsonObject | undefined,
  { uses, varz }: ScopedKeyContext,
): readonly Finding[] {
  if (claims === undefined) return [];
  const scopes = list(object(claims, "nats"), "signing_keys")
    .filter(isJsonObject)
    .filter((scope) => member(scope, "kind") === "user_scope");
  return scopedKeys.flatMap((key) => {
    const { publicKey } = decodeSeed(key.signingKey, "account");
    const scope = scopes.find((each) => member(each, "key") === publicKey);
    const where = `account ${name}, scoped key ${key.name}`;
    const isScoped = verdict({
      good: scope !== undefined,
      bad: "wrong",
      where,
      what: "has a template, which says what its users may do",
      remedy:
        "nsc edit signing-key --role, and push: without a template its users may do everything in the account, or are refused if the server does not know the key",
    });
    if (scope === undefined) return [isScoped];
    const template = object(scope, "template");
    const own = uses.filter((use) =>
      use.account === name && use.key === key.name
    );
    return [
      isScoped,
      ...judgeSide(template, PUBLISH, where),
      ...judgeSide(template, SUBSCRIBE, where),
      ...judgeTemplateSubjects(template, {
        where,
        varz,
        connections: own.flatMap(({ connections }) => connections),
      }),
      ...judgeTags(template, own, where),
    ];
  });
}

export interface ScopedKeyContext {
  /** What rules do with scoped keys. */
  readonly uses: readonly ScopedKeyUse[];
  readonly varz: JsonObject;
}

interface Side {
  readonly member: "pub" | "sub";
  readonly name: string;
}

const PUBLISH: Side = { member: "pub", name: "publish" };
const SUBSCRIBE: Side = { member: "sub", name: "subscribe" };

/** A side that allows nothing by name allows everything to NATS. */
function judgeSide(
  template: JsonObject,
  { member, name }: Side,
  where: string,
): readonly Finding[] {
  const side = object(template, member);
  const allowed = texts(side, "allow");
  const isDenied = texts(side, "deny").includes(">");
  return [
    verdict({
      good: allowed.length > 0 || isDenied,
      bad: "wrong",
      where,
      what: `its template says what its users may ${name}`,
      remedy:
        `nsc edit signing-key --allow-${member} with what they may ${name}, or --deny-${member} ">" for nothing: without, it is everything in the account`,
    }),
    ...allowed.filter((subject) => subject === ">" && !isDenied).map((
      subject,
    ): Finding => ({
      verdict: "doubtful",
      where,
      what: `its template allows to ${name} ${subject}`,
      remedy:
        "name the subjects that are needed: that is everything in the account, other users' replies and JetStream included",
    })),
  ];
}

const TAG_REGEXP = /\{\{\s*tag\(([^)]*)\)\s*\}\}/gi;

/** Without the tag an allowed subject is not there, and a denied one keeps its users out. */
function judgeTags(
  template: JsonObject,
  uses: readonly ScopedKeyUse[],
  where: string,
): readonly Finding[] {
  const subjects = [PUBLISH, SUBSCRIBE].flatMap(({ member }) => {
    const side = object(template, member);
    return [...texts(side, "allow"), ...texts(side, "deny")];
  });
  const wanted = new Set(
    subjects.flatMap((subject) =>
      [...subject.matchAll(TAG_REGEXP)].map(([, tag = ""]) => tag.toLowerCase())
    ),
  );
  return [...wanted].flatMap((tag) =>
    uses.filter(({ tags }) => !tags.includes(tag)).map(({ rule }): Finding => ({
      verdict: "doubtful",
      where,
      what:
        `its template asks for the tag ${tag}, which rule ${rule} does not set`,
      remedy:
        `write tags: { ${tag}: ... } into the rule: subjects with a tag that is not there are left out, and where one is denied, the login is refused`,
    }))
  );
}
