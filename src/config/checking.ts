/**
 * What the checks of the settings share: where problems are collected, and how
 * files are read.
 */
import type { ConfigWarning } from "./config.ts";
import type { ConfigIssue } from "./config_error.ts";
import type { Variable } from "./environment.ts";
import { isWithin } from "./path.ts";
import { FileFault, type FileRequest, type ReadFile } from "./text_file.ts";

export interface Checking {
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly ConfigWarning[];
  /** Says that a setting is wrong, unless that has been said of it or of one around it. */
  report(path: string, problem: string, remedy: string): void;
  /** Says that none of these settings is there, of which one must be. */
  reportMissing(paths: readonly string[], remedy: string): void;
  warn(warning: ConfigWarning): void;
  /** The file's text; if it cannot be had, that is reported. */
  readFile(path: string, request: FileRequest): string | undefined;
  /** The same, but undefined without a word if the file does not exist. */
  readFileIfThere(path: string, request: FileRequest): string | undefined;
}

export interface CheckingOptions {
  /** Problems that are known already. */
  readonly issues: readonly ConfigIssue[];
  readonly variables: ReadonlyMap<string, readonly Variable[]>;
  readonly readFile: ReadFile;
}

/** What the compose stack exports; the settings of the default file lead there. */
const STACK_FOLDER = "fs/nats-export/secrets/";

function wayTo(file: string): string {
  return file.startsWith(STACK_FOLDER)
    ? "docker compose up writes it"
    : "make the file";
}

export function createChecking(options: CheckingOptions): Checking {
  const issues = [...options.issues];
  const warnings: ConfigWarning[] = [];

  function variablesOf(path: string): readonly Variable[] {
    return [...options.variables]
      .filter(([of]) => isWithin(of, path) || isWithin(path, of))
      .flatMap(([, variables]) => variables);
  }

  function isReported(path: string): boolean {
    return issues.some((issue) => isWithin(path, issue.path));
  }

  function add(
    path: string,
    issue: Omit<ConfigIssue, "path" | "variables">,
  ): void {
    if (isReported(path)) return;
    const names = variablesOf(path).map(({ name }) => name);
    issues.push({
      path,
      ...(names.length === 0 ? {} : { variables: names }),
      ...issue,
    });
  }

  /** Nothing of it has been chosen by anybody: only defaults and unset variables. */
  function isUntouched(paths: readonly string[]): boolean {
    return paths.flatMap(variablesOf).every(({ filled }) => !filled);
  }

  function reportFault(path: string, file: string, fault: FileFault): void {
    // A file that stands in the configuration by name has been chosen.
    const isMissing = fault.kind === "missing" &&
      variablesOf(path).length > 0 &&
      isUntouched([path]);
    // What a file holds can often be given directly, too: signing_key_file, signing_key.
    const names = [path.replace(/_file$/, ""), path].flatMap(variablesOf).map((
      { name },
    ) => name);
    const isNamed = fault.kind === "missing" && names.length > 0;
    add(path, {
      problem: `names ${file}, which ${fault.problem}`,
      remedy: isNamed
        ? `${wayTo(file)}, or set ${names.join(" or ")}`
        : fault.remedy,
      ...(isMissing ? { missing: true } : {}),
    });
  }

  return {
    issues,
    warnings,
    report(path, problem, remedy): void {
      add(path, { problem, remedy });
    },
    reportMissing(paths, remedy): void {
      if (paths.some(isReported)) return;
      const names = paths.flatMap(variablesOf).map(({ name }) => name);
      issues.push({
        path: paths.join(" or "),
        ...(names.length === 0 ? {} : { variables: names }),
        problem: "is missing",
        remedy,
        ...(isUntouched(paths) ? { missing: true } : {}),
      });
    },
    warn(warning): void {
      warnings.push(warning);
    },
    readFile(path, request): string | undefined {
      const text = options.readFile(request);
      if (!(text instanceof FileFault)) return text;
      reportFault(path, request.path, text);
      return undefined;
    },
    readFileIfThere(path, request): string | undefined {
      const text = options.readFile(request);
      if (!(text instanceof FileFault)) return text;
      if (text.kind !== "missing") reportFault(path, request.path, text);
      return undefined;
    },
  };
}
