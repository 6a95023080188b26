/**
 * The commands: which there are, and how one is run. Each file is loaded when its
 * command is called, so that `start` never loads what only `dev` needs.
 */

import { EXIT_OK, EXIT_USAGE, print, printError } from "./terminal.ts";

interface Command {
  readonly summary: string;
  /** Runs with the arguments behind the command's name; resolves to the exit code. */
  readonly load: () => Promise<
    { readonly run: (args: readonly string[]) => Promise<number> }
  >;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  start: {
    summary: "Run the service against the configured NATS",
    load: () => import("./start.ts"),
  },
  dev: {
    summary: "Run NATS and the service on this machine, with demo tokens",
    load: () => import("./dev.ts"),
  },
  token: {
    summary: "Print a bearer token of the development issuer",
    load: () => import("./token.ts"),
  },
  "api-token": {
    summary: "Make, list and disable API tokens",
    load: () => import("./api_token.ts"),
  },
  client: {
    summary: "Connect with a bearer token and show what it grants",
    load: () => import("./client.ts"),
  },
  check: {
    summary: "Check the configuration, the issuers, and how NATS is set up",
    load: () => import("./check.ts"),
  },
  explain: {
    summary: "Explain what a bearer token would be granted, and why",
    load: () => import("./explain.ts"),
  },
  "rules:test": {
    summary: "Test the rules by the table beside the configuration",
    load: () => import("./rule_tests.ts"),
  },
  permissions: {
    summary: "Print the Deno permissions that start needs",
    load: () => import("./permissions.ts"),
  },
  schema: {
    summary: "Write the JSON Schema of the configuration",
    load: () => import("./schema.ts"),
  },
};

/** Runs the command that the first argument names. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (
    name === undefined || name === "--help" || name === "-h" || name === "help"
  ) {
    print(usage());
    return name === undefined ? EXIT_USAGE : EXIT_OK;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    printError(`There is no command "${name}".\n\n${usage()}`);
    return EXIT_USAGE;
  }
  const command = await COMMANDS[name]?.load();
  return command === undefined ? EXIT_USAGE : await command.run(rest);
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) =>
    `  ${name.padEnd(12)} ${summary}`
  );
  return [
    "NATS auth callout: clients connect with the bearer token they have.",
    "",
    "Usage: deno task <command> [options]",
    "",
    ...lines,
    "",
    "deno task <command> --help tells more.",
  ].join("\n");
}
