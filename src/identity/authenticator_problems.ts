/**
 * Finds what is wrong with the configuration of all kinds of tokens together:
 * every problem at once, and before a token is judged by it.
 */
import type { AuthenticatorOptions } from "./authenticator_options.ts";
import { jwtIssuerProblems } from "./jwt_issuer_problems.ts";
import {
  checkCluster,
  checkIntrospection,
  checkUserInfo,
  checkWebhook,
} from "./kind_problems.ts";
import { clusterIssuer } from "./kubernetes.ts";
import { checkIssuer, checkRange } from "./option_checks.ts";
import type { Report } from "./option_checks.ts";
import { checkTokenChoices } from "./token_choice_problems.ts";

export interface AuthenticatorProblem {
  readonly section:
    | "issuers"
    | "kubernetes"
    | "introspection"
    | "webhooks"
    | "apiTokens";
  /** Place in the section's list. */
  readonly index: number;
  /** Name of the option, as in the section's type. */
  readonly option: string;
  readonly problem: string;
  /** All of it in one line. */
  readonly text: string;
}

export function authenticatorProblems(
  options: AuthenticatorOptions,
): readonly AuthenticatorProblem[] {
  const problems: AuthenticatorProblem[] = [];
  const { issuers = [], kubernetes = [] } = options;
  const { introspection = [], webhooks = [], apiTokens } = options;

  function reporter(
    section: AuthenticatorProblem["section"],
    index: number,
  ): Report {
    return (option, problem) => {
      const text = `${section}[${index}]: ${option} ${problem}`;
      problems.push({ section, index, option, problem, text });
    };
  }

  const clusters = kubernetes.flatMap((each, index) =>
    each.kind === "keys" ? [{ index, issuer: clusterIssuer(each) }] : []
  );
  for (
    const { index, option, problem } of jwtIssuerProblems(
      [...issuers, ...clusters.map(({ issuer }) => issuer)],
    )
  ) {
    const cluster = clusters[index - issuers.length];
    const report = cluster === undefined
      ? reporter("issuers", index)
      : reporter("kubernetes", cluster.index);
    report(option, problem);
  }
  issuers.forEach(({ issuer, userinfo }, index) => {
    if (userinfo !== undefined) {
      checkUserInfo(issuer, userinfo, reporter("issuers", index));
    }
  });
  kubernetes.forEach((each, index) =>
    checkCluster(each, reporter("kubernetes", index))
  );
  introspection.forEach((each, index) =>
    checkIntrospection(each, reporter("introspection", index))
  );
  webhooks.forEach((each, index) =>
    checkWebhook(each, reporter("webhooks", index))
  );
  if (apiTokens !== undefined) {
    const report = reporter("apiTokens", 0);
    checkIssuer(apiTokens.issuer, report);
    if (apiTokens.file === "") report("file", "is empty");
    checkRange("reloadSeconds", apiTokens.reloadSeconds, {
      min: 0.1,
      max: 3600,
    }, report);
  }
  checkNames(options, reporter);
  checkTokenChoices([
    ...introspection.map((choice, index) => ({
      choice,
      report: reporter("introspection", index),
    })),
    ...webhooks.map((choice, index) => ({
      choice,
      report: reporter("webhooks", index),
    })),
  ]);
  return problems;
}

/**
 * An identity is an issuer and a sub: two who judge must not speak for the same
 * issuer. Only one whose JWTs are verified here may have opaque tokens beside
 * them, about which it is asked.
 */
function checkNames(
  options: AuthenticatorOptions,
  reporter: (section: AuthenticatorProblem["section"], index: number) => Report,
): void {
  const { introspection = [], kubernetes = [], webhooks = [] } = options;
  const verified = new Set(options.issuers?.map(({ issuer }) => issuer));
  // What is the same among those that are verified is found with them.
  const seen = new Set([
    ...verified,
    ...kubernetes.filter(({ kind }) => kind === "keys").map((it) => it.issuer),
  ]);
  kubernetes.forEach(({ kind, issuer }, index) => {
    if (kind === "keys") return;
    if (seen.has(issuer)) {
      reporter("kubernetes", index)("issuer", "is configured twice");
    }
    seen.add(issuer);
  });
  introspection.forEach(({ issuer, jwts = "none" }, index) => {
    const report = reporter("introspection", index);
    // Once: the next of the same name is one too many.
    const isBeside = verified.delete(issuer);
    if (isBeside && jwts !== "none") {
      report("jwts", `is ${jwts}, but JWTs of this issuer are verified here`);
    }
    if (!isBeside && seen.has(issuer)) report("issuer", "is configured twice");
    seen.add(issuer);
  });
  const rest = [
    ...webhooks.map((each, index) => ["webhooks", index, each.issuer] as const),
    ...(options.apiTokens === undefined
      ? []
      : [["apiTokens", 0, options.apiTokens.issuer] as const]),
  ];
  for (const [section, index, issuer] of rest) {
    if (seen.has(issuer)) {
      reporter(section, index)("issuer", "is configured twice");
    }
    seen.add(issuer);
  }
}
