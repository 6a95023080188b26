/**
 * Prints which of the project's two configurations can be loaded here:
 * `deno.json`, which takes some packages from JSR, or `deno.npm.json`, which is
 * the same project from npm alone, for places where JSR cannot be reached. Every
 * task asks it, so nothing else knows about registries.
 *
 * `CALLOUT_REGISTRY=jsr` or `=npm` decides without asking.
 */
import configuration from "../deno.json" with { type: "json" };

const JSR = "deno.json";
const NPM = "deno.npm.json";
const VARIABLE = "CALLOUT_REGISTRY";

/** Asked first: three small files without dependencies, so an answer is quick or never. */
const FIRST_QUESTION = configuration.imports["@std/dotenv"];

/** How long JSR may take for the first answer. A network that drops packets never gives one. */
const ANSWER_MS_MAX = 3_000;

/** How long all of it may take, once JSR has answered: a first download on a slow line. */
const DOWNLOAD_MS_MAX = 30_000;

/** Loads the packages, from the cache where they are there already. */
async function load(
  specifiers: readonly string[],
  limitMs: number,
): Promise<"loaded" | "late"> {
  const limit = Promise.withResolvers<"late">();
  const timer = setTimeout(() => limit.resolve("late"), limitMs);
  try {
    // The specifiers are not literals: Deno would fetch those before the first line runs.
    const loaded = Promise.all(specifiers.map((specifier) => import(specifier)))
      .then((): "loaded" => "loaded");
    return await Promise.race([loaded, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function askJsr(): Promise<boolean> {
  const specifiers = Object.values(configuration.imports)
    .filter((specifier) => specifier.startsWith("jsr:"));
  const questions = [
    { specifiers: [FIRST_QUESTION], limitMs: ANSWER_MS_MAX },
    { specifiers, limitMs: DOWNLOAD_MS_MAX },
  ];
  try {
    for (const question of questions) {
      if (await load(question.specifiers, question.limitMs) === "late") {
        note(
          `JSR did not answer within ${
            question.limitMs / 1000
          } s, so npm alone is used; ` +
            `${VARIABLE}=npm saves the wait.`,
        );
        return false;
      }
    }
    return true;
  } catch {
    // Not reachable, or without these versions: the same answer, and no news to anyone.
    return false;
  }
}

async function choose(): Promise<string> {
  const forced = Deno.env.get(VARIABLE) ?? "";
  if (forced === "jsr") return JSR;
  if (forced === "npm") return NPM;
  if (forced !== "") {
    note(
      `${VARIABLE} is "${forced}"; it can be "jsr" or "npm". It is ignored.`,
    );
  }
  return await askJsr() ? JSR : NPM;
}

function note(text: string): void {
  // deno-lint-ignore no-console -- standard output carries the answer alone
  console.error(text);
}

if (import.meta.main) {
  await Deno.stdout.write(new TextEncoder().encode(`${await choose()}\n`));
  // An import that is still on its way would keep the process alive.
  Deno.exit(0);
}
