/**
 * Reads the `when` of a rule into conditions.
 */
import { CONNECTION_TYPES } from "../base/connection_type.ts";
import { CREDENTIAL_KINDS } from "../base/identity.ts";
import { nameSome } from "../base/name_some.ts";
import { type AddressRange, parseAddressRange } from "./address_range.ts";
import { parseClaimReference } from "./claim_reference.ts";
import type { ClaimTest, Condition } from "./condition.ts";
import type { RulesContext } from "./rule_context.ts";
import { issuersOf } from "./rule_reach.ts";
import { Fault, type Report } from "./rule_fault.ts";
import {
  type ClaimOptions,
  type OneOrMore,
  stepTo,
  toList,
  type WhenOptions,
} from "./rule_options.ts";

/** Cheap conditions first: most rules fail at their first one. */
export function compileWhen(
  when: WhenOptions,
  { tokens }: RulesContext,
  report: Report,
): readonly Condition[] {
  const conditions: Condition[] = [];
  const wanted = toList(when.issuer);
  if (when.issuer !== undefined && wanted.length === 0) {
    report.at("issuer").add(emptyList());
  }
  for (const [index, issuer] of wanted.entries()) {
    if (tokens?.every((each) => each.issuer !== issuer) === true) {
      report.at("issuer", ...stepTo(when.issuer, index))
        .add(unknownIssuer(issuer, issuersOf(tokens)));
    }
  }
  if (wanted.length > 0) conditions.push({ kind: "issuer", issuers: wanted });
  const kinds = takeKnown(when.kind, CREDENTIAL_KINDS, report.at("kind"));
  if (kinds.length > 0) conditions.push({ kind: "kind", kinds });
  const types = takeKnown(
    when.connection,
    CONNECTION_TYPES,
    report.at("connection"),
  );
  if (types.length > 0) conditions.push({ kind: "connection", types });
  checkNotEmpty(when.claims, report.at("claims"));
  for (const [name, options] of Object.entries(when.claims ?? {})) {
    conditions.push(...compileClaim(name, options, report.at("claims", name)));
  }
  const ranges = takeRanges(when.source, report.at("source"));
  if (ranges.length > 0) {
    const text = toList(when.source).join(", ");
    conditions.push({ kind: "source", ranges, text });
  }
  return conditions;
}

function unknownIssuer(issuer: string, configured: readonly string[]): Fault {
  const meant = configured.find((other) => roughly(other) === roughly(issuer));
  const all = meant === undefined ? configured : [meant];
  return new Fault(
    "names an issuer that is not configured",
    all.length === 0
      ? "configure it: there is none"
      : `write it exactly as it is configured: ${nameSome(all)}`,
  );
}

/** In what two texts differ that are meant to be one issuer. */
function roughly(issuer: string): string {
  return issuer.trim().replace(/\/$/, "").toLowerCase();
}

/** The words of the list that are known; the others are reported. */
export function takeKnown<T extends string>(
  given: OneOrMore<T> | undefined,
  known: readonly T[],
  report: Report,
): readonly T[] {
  const words = toList(given);
  if (given !== undefined && words.length === 0) report.add(emptyList());
  for (const [index, word] of words.entries()) {
    if (known.includes(word)) continue;
    report.at(...stepTo(given, index)).add(
      new Fault(
        "has a word that it does not know",
        `there are: ${known.join(", ")}`,
      ),
    );
  }
  return words.filter((word) => known.includes(word));
}

export function takeRanges(
  given: OneOrMore<string> | undefined,
  report: Report,
): readonly AddressRange[] {
  const texts = toList(given);
  if (given !== undefined && texts.length === 0) report.add(emptyList());
  return texts.flatMap((text, index) =>
    report.at(...stepTo(given, index)).take(parseAddressRange(text)) ?? []
  );
}

/** Where somebody has taken the last condition out, more would match than before. */
export function checkNotEmpty(
  section: object | undefined,
  report: Report,
): void {
  if (section === undefined) return;
  if (Object.values(section).some((value) => value !== undefined)) return;
  report.add(
    new Fault(
      "holds no condition",
      "write one, or leave it out if nothing is to be asked",
    ),
  );
}

/** An empty list could mean "none" or "any": it means a mistake. */
export function emptyList(): Fault {
  return new Fault("is an empty list", "leave it out, or name at least one");
}

function compileClaim(
  name: string,
  options: ClaimOptions,
  report: Report,
): readonly Condition[] {
  const claim = report.take(parseClaimReference(name));
  if (claim === undefined) return [];
  return claimTests(options, report).map((test) => ({
    kind: "claim",
    claim,
    test,
  }));
}

function claimTests(
  options: ClaimOptions,
  report: Report,
): readonly ClaimTest[] {
  if (options === "present" || options === "absent") return [{ kind: options }];
  const tests: ClaimTest[] = [];
  const { equals, contains, one_of: oneOf, contains_one_of: containsOneOf } =
    options;
  if (equals !== undefined) tests.push({ kind: "equals", value: equals });
  if (oneOf !== undefined) tests.push({ kind: "one of", values: oneOf });
  if (contains !== undefined) tests.push({ kind: "contains", value: contains });
  if (containsOneOf !== undefined) {
    tests.push({ kind: "contains one of", values: containsOneOf });
  }
  const { scope_contains: scope } = options;
  if (scope !== undefined) tests.push({ kind: "scope contains", scope });
  if (scope !== undefined && !SCOPE_REGEXP.test(scope)) {
    report.add(
      new Fault(
        "asks for a scope that cannot be one",
        "write one scope, without spaces and quotes",
      ),
    );
  }
  if (oneOf?.length === 0 || containsOneOf?.length === 0) {
    report.add(emptyList());
  }
  if (tests.length === 0) {
    report.add(
      new Fault(
        "asks nothing of the claim",
        "write present, absent, or one of equals, one_of, contains, contains_one_of, scope_contains",
      ),
    );
  }
  return tests;
}

/** `NQCHAR` of RFC 6749, appendix A. */
const SCOPE_REGEXP = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
