/**
 * Why the configuration, or a table of tests, cannot be used: every problem at
 * once, each with where it is and what to do. Holds no value of a setting, because
 * what stands in the wrong place is often a secret.
 */

export interface ConfigIssue {
  /** The setting, as in `issuers[0].jwks_url`, or the file. */
  readonly path: string;
  /** Environment variables that the setting is filled from. */
  readonly variables?: readonly string[];
  /** What is wrong; continues the sentence that the path begins. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;
  /** The setting is needed and simply not there. */
  readonly missing?: boolean;
}

/** Cannot be used. Trying again does not help. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly source: string;
  readonly issues: readonly ConfigIssue[];

  /** @param source The file. */
  constructor(source: string, issues: readonly ConfigIssue[]) {
    super(
      `${source}: ${
        issues.map(({ path, problem }) => `${path} ${problem}`).join("; ")
      }`,
    );
    this.source = source;
    this.issues = issues;
  }
}

/** Settings of which one must be there for anybody to get in. */
export const NO_ISSUER_PATHS: readonly string[] = [
  "issuers",
  "development_issuer.jwks_file",
];

const NOTHING_CONFIGURED = `Nothing is configured here yet. Two ways on:

  deno task dev
    a NATS server and this service on this machine, with demo tokens; needs nothing else
  docker compose up --detach --wait
    the whole stack in containers; it writes what is missing below to fs/nats-export/secrets/
`;

/**
 * The problems for a person at a terminal.
 *
 * @param lead What cannot be done, where that is not plain.
 */
export function formatConfigError(error: ConfigError, lead?: string): string {
  const { issues, source } = error;
  const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
  const lines = issues.map(formatIssue);
  // Who has named an issuer has begun, even if a secret of it is not set.
  const nothing = issues.every(({ missing }) => missing === true) &&
    issues.some(({ path }) => path === NO_ISSUER_PATHS.join(" or "));
  return [
    `${lead === undefined ? "" : `${lead}: `}${count} in ${source}.`,
    "",
    ...(nothing ? [NOTHING_CONFIGURED] : []),
    lines.join("\n\n"),
  ].join("\n");
}

function formatIssue(issue: ConfigIssue): string {
  const { path, problem, remedy, variables = [] } = issue;
  const from = variables.length === 0 ? "" : `  (from ${variables.join(", ")})`;
  return `  ${path}${from}\n    ${problem}\n    -> ${remedy}`;
}
