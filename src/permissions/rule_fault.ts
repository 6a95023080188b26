/**
 * Why rules cannot be used: each problem with where it is and what to do. Names
 * what the operator wrote, never a value of a token.
 */

/** What is wrong with one value. */
export class Fault {
  /** Continues the sentence that the setting's path begins. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    this.problem = problem;
    this.remedy = remedy;
  }
}

/**
 * A rule from which no login ever gets what it says, whatever issuers and kinds of
 * connection are configured: nobody can have meant it.
 */
export class DeadRule extends Fault {}

/** Names and indices below `rules` that lead to a value. */
export type RulePath = readonly (string | number)[];

export interface RuleIssue extends Fault {
  readonly path: RulePath;
  /** See {@linkcode DeadRule}. */
  readonly isDead?: true;
}

/** All that is wrong with the rules. */
export class RulesFault {
  readonly issues: readonly RuleIssue[];

  constructor(issues: readonly RuleIssue[]) {
    this.issues = issues;
  }
}

/** Collects problems on the way through the rules, each with its place. */
export class Report {
  readonly issues: RuleIssue[] = [];
  readonly #path: RulePath;

  constructor(path: RulePath = [], issues: RuleIssue[] = []) {
    this.#path = path;
    this.issues = issues;
  }

  /** The same report, one step further in. */
  at(...steps: RulePath): Report {
    return new Report([...this.#path, ...steps], this.issues);
  }

  add(fault: Fault): void {
    const { problem, remedy } = fault;
    this.issues.push({
      path: this.#path,
      problem,
      remedy,
      ...(fault instanceof DeadRule ? { isDead: true } : {}),
    });
  }

  /** The value, or undefined after its fault has been noted. */
  take<T>(value: T | Fault): T | undefined {
    if (!(value instanceof Fault)) return value;
    this.add(value);
    return undefined;
  }
}

/** A line each, for a program that calls the rules by that name. */
export function describeIssues(
  { issues }: Pick<RulesFault, "issues">,
  root: string,
): readonly string[] {
  return issues.map(({ path, problem, remedy }) => {
    const steps = path.map((step) =>
      typeof step === "number" ? `[${step}]` : `.${step}`
    );
    return `${root}${steps.join("")} ${problem}: ${remedy}`;
  });
}
