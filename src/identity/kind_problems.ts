/**
 * Finds what is wrong with the options of one kind of token.
 */
import type { AskingOptions } from "./asked_endpoint.ts";
import type { IntrospectionOptions } from "./introspection.ts";
import type { KubernetesOptions } from "./kubernetes.ts";
import type { EndpointLocation } from "./located_endpoint.ts";
import { urlProblem } from "./network_address.ts";
import {
  checkClaimPaths,
  checkIssuer,
  checkLifetimeRule,
  checkList,
  checkRange,
} from "./option_checks.ts";
import type { Report } from "./option_checks.ts";
import { PROTECTED_CLAIMS } from "./userinfo.ts";
import type { UserInfoOptions } from "./userinfo.ts";
import type { WebhookOptions } from "./webhook.ts";
import { WEBHOOK_SECRETS_MAX } from "./webhook_signature.ts";

export function checkIntrospection(
  options: IntrospectionOptions,
  report: Report,
): void {
  checkIssuer(options.issuer, report);
  checkLocation("endpoint", options.issuer, options.endpoint, options, report);
  checkAsking(options, report);
  checkLifetimeRule(options, report);
  checkList(
    "audiences",
    options.audiences === "any" ? undefined : options.audiences,
    report,
  );
  checkList("clientIds", options.clientIds, report);
  checkList("requiredScopes", options.requiredScopes, report);
  checkClaimPaths(options.requiredClaims, report);
  checkRange("secondsWithoutExp", options.secondsWithoutExp, {
    min: 1,
    max: options.lifetimeSecondsMax,
  }, report);
  if (options.client.clientId === "") report("client.clientId", "is empty");
  if (
    options.client.method !== "private_key_jwt" &&
    options.client.secret.reveal() === ""
  ) {
    report("client.secret", "is empty");
  }
}

export function checkWebhook(options: WebhookOptions, report: Report): void {
  checkIssuer(options.issuer, report);
  const problem = urlProblem(options.url, options);
  if (problem !== undefined) report("url", problem);
  checkAsking(options, report);
  checkLifetimeRule(options, report);
  checkClaimPaths(options.requiredClaims, report);
  if (options.secrets.length > WEBHOOK_SECRETS_MAX) {
    report("secrets", `has more than ${WEBHOOK_SECRETS_MAX}`);
  }
  if (options.secrets.length === 0 && options.clientCertificate === undefined) {
    report(
      "secrets",
      "is empty, and there is no client certificate: anybody could ask the backend about tokens",
    );
  }
}

export function checkCluster(options: KubernetesOptions, report: Report): void {
  checkList("namespaces", options.namespaces, report);
  if (options.kind === "keys") return;
  checkIssuer(options.issuer, report);
  checkList("audiences", options.audiences, report);
  const problem = urlProblem(options.apiServer.url, options);
  if (problem !== undefined) report("apiServer.url", problem);
  checkAsking(options, report);
  checkLifetimeRule(options, report);
}

export function checkUserInfo(
  issuer: string,
  options: UserInfoOptions,
  report: Report,
): void {
  checkLocation(
    "userinfo.endpoint",
    issuer,
    options.endpoint,
    options,
    report,
  );
  if (options.claims.length === 0) report("userinfo.claims", "is empty");
  const protectedClaim = options.claims.find((name) =>
    PROTECTED_CLAIMS.includes(name)
  );
  if (protectedClaim !== undefined) {
    report(
      "userinfo.claims",
      `contains ${protectedClaim}, which only the token itself can say`,
    );
  }
  const halves = ["email", "email_verified"].filter((name) =>
    options.claims.includes(name)
  );
  if (halves.length === 1) {
    report(
      "userinfo.claims",
      `contains ${halves[0]} alone: email and email_verified are one statement`,
    );
  }
  checkAsking(
    options,
    (option, problem) => report(`userinfo.${option}`, problem),
  );
}

function checkLocation(
  option: string,
  issuer: string,
  location: EndpointLocation,
  options: AskingOptions,
  report: Report,
): void {
  if (location instanceof URL) {
    const problem = urlProblem(location, options);
    if (problem !== undefined) report(option, problem);
    return;
  }
  const url = URL.parse(issuer);
  const problem = url === null ? "is not a URL" : urlProblem(url, options);
  if (problem !== undefined) {
    report(option, `cannot be discovered: the issuer ${problem}`);
  }
}

const DAY = 86_400;

function checkAsking(
  { timeoutMs, memory }: AskingOptions,
  report: Report,
): void {
  checkRange("timeoutMs", timeoutMs, { min: 50, max: 10_000 }, report);
  checkRange("memory.seconds", memory?.seconds, { min: 0, max: DAY }, report);
  checkRange("memory.refusalSeconds", memory?.refusalSeconds, {
    min: 0,
    max: 600,
  }, report);
  checkRange("memory.entriesMax", memory?.entriesMax, {
    min: 1,
    max: 1_000_000,
  }, report);
  checkRange(
    "memory.bytesMax",
    memory?.bytesMax,
    { min: 65_536, max: 2 ** 30 },
    report,
  );
}
