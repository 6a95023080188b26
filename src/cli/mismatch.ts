/**
 * Where a token was refused: what was asked for and what it has instead, and the
 * setting that would let it in.
 */
import type { CredentialKind } from "../base/identity.ts";
import type { Rejected, RejectionCode } from "../base/outcome.ts";
import type { EpochMs } from "../base/time.ts";
import { formatTime } from "./printable.ts";
import type { Facts } from "./source_settings.ts";

export interface Mismatch {
  readonly expected?: string;
  readonly found?: string;
}

interface Place {
  /** The setting that asks for it: the first of these that there is. */
  readonly settings: readonly string[];
  /** Where the token says it. */
  readonly says: readonly string[];
  /** Where other things may be asked for by the same code: what is said then. */
  readonly said?: RegExp;
  /** On which side the present moment stands. */
  readonly now?: keyof Mismatch;
}

/** The other codes say all that there is to say. */
const PLACE_BY_CODE: Partial<Readonly<Record<RejectionCode, Place>>> = {
  "issuer_untrusted": { settings: ["issuers"], says: ["iss"] },
  "algorithm_not_allowed": { settings: ["algorithms"], says: ["alg"] },
  "key_unknown": { settings: ["keys"], says: ["kid"] },
  "token_type_not_accepted": {
    settings: ["typ"],
    says: ["typ"],
    said: /header "typ"/,
  },
  "audience_mismatch": { settings: ["audiences"], says: ["aud"] },
  "oauth_client_not_allowed": {
    settings: ["client_ids"],
    says: ["azp", "client_id"],
  },
  "namespace_not_allowed": { settings: ["namespaces"], says: ["namespace"] },
  "scope_missing": { settings: ["required_scopes"], says: ["scope", "scp"] },
  "bearer_token_expired": {
    settings: ["clock_tolerance_seconds"],
    says: ["exp", "expires_at"],
    now: "expected",
  },
  "bearer_token_not_yet_valid": {
    settings: ["clock_tolerance_seconds"],
    says: ["nbf", "iat"],
    now: "expected",
  },
  "bearer_token_lifetime_too_long": {
    settings: ["lifetime_seconds_max"],
    says: ["iat", "exp"],
    now: "found",
  },
  "bearer_token_unknown": { settings: ["file"], says: ["id", "entry"] },
};

/** @param says Of the token; undefined if that is not known here. */
export function explainMismatch(
  { code, detail }: Pick<Rejected, "code" | "detail">,
  { settings, says }: { readonly settings: Facts; readonly says: Facts },
  now: EpochMs,
): Mismatch {
  const place = PLACE_BY_CODE[code];
  if (place === undefined || place.said?.test(detail) === false) return {};
  const time = (side: keyof Mismatch): readonly string[] =>
    place.now === side ? [`now: ${formatTime(now / 1000)}`] : [];
  const [setting] = pick(settings, place.settings);
  const expected = [
    ...(setting === undefined ? [] : [setting]),
    ...time("expected"),
  ];
  const said = pick(says, place.says);
  const found = said.length === 0 ? [] : [...said, ...time("found")];
  return {
    ...(expected.length === 0 ? {} : { expected: expected.join("; ") }),
    ...(found.length === 0 ? {} : { found: found.join("; ") }),
  };
}

function pick(facts: Facts, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const value = facts[name];
    return value === undefined ? [] : [`${name}: ${value}`];
  });
}

/** Settings that let in what is refused, where the refusal does not name them. */
const REFUSALS: readonly [
  code: RejectionCode,
  said: RegExp,
  setting: string,
  kind?: CredentialKind,
][] = [
  [
    "bearer_token_malformed",
    /opaque tokens are not configured/,
    "introspection or webhook, if the issuer's tokens are no JWTs",
  ],
  [
    "bearer_token_too_large",
    /are allowed/,
    "callout.bearer_token_bytes_max, and max_control_line of the server",
  ],
  [
    "token_type_not_accepted",
    /ID token/,
    "issuers: allow_id_tokens; better, present the access token",
  ],
  [
    "claim_missing",
    /"aud"/,
    "introspection: any_audience",
    "introspection",
  ],
  [
    "claim_missing",
    /"exp"/,
    "introspection: seconds_without_exp",
    "introspection",
  ],
  [
    "claim_missing",
    /"(?:sub|username)"/,
    "introspection: sub_claim",
    "introspection",
  ],
];

/** The setting that would let a token in, if the refusal leaves it open which that is. */
export function settingThatLetsIn(
  refusal: Pick<Rejected, "code" | "detail">,
  judge: CredentialKind | undefined,
): string | undefined {
  const [, , setting] =
    REFUSALS.find(([code, said, , kind = judge]) =>
      code === refusal.code && said.test(refusal.detail) && kind === judge
    ) ?? [];
  return setting;
}
