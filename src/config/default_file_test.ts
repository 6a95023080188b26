/**
 * The file that the service is delivered with: complete, in step with the
 * schema, and safe as it is.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  createCreds,
  FILES,
  KEYS,
  parseScene,
  VARIABLES,
} from "../../tests/fixtures/config_scene.ts";
import { isJsonObject, type Json, member } from "../base/json.ts";
import { ConfigError } from "./config_error.ts";
import {
  formatFileSchema,
  itemsOf,
  kindOf,
  propertiesOf,
  schemaAt,
  settingsJsonSchema,
} from "./json_schema.ts";
import { type Path, pathText } from "./path.ts";
import { readYaml } from "./yaml_text.ts";

const FOLDER = new URL("../../config/", import.meta.url);
const TEXT = await Deno.readTextFile(new URL("callout.yaml", FOLDER));
const SCHEMA = settingsJsonSchema();

const SECRETS = "fs/nats-export/secrets/";
const SCENE = {
  text: TEXT,
  variables: {
    ...VARIABLES,
    OIDC_ISSUER: "https://issuer.example",
  },
  files: {
    [`${SECRETS}callout.creds`]: createCreds(KEYS.callout.publicKey),
    [`${SECRETS}callout.signing_key`]: KEYS.signing.seed,
    [`${SECRETS}callout.xkey`]: KEYS.xkey.seed,
    "dev/jwks.json": FILES["issuer.jwks.json"] ?? "",
  },
};

/** Every setting of the schema that is no section. */
function listSettings(node: Json, path: Path): readonly Path[] {
  const kind = kindOf(node);
  if (kind === "list" && kindOf(itemsOf(node)) === "section") {
    return listSettings(itemsOf(node), [...path, 0]);
  }
  if (kind !== "section") return [path];
  return Object.entries(propertiesOf(node)).flatMap(([name, property]) =>
    listSettings(property, [...path, name])
  );
}

/** Every value of the file, with its path. */
function listValues(
  value: Json,
  path: Path,
): readonly (readonly [Path, Json])[] {
  if (Array.isArray(value) && value.some(isJsonObject)) {
    return value.flatMap((element, index) =>
      listValues(element, [...path, index])
    );
  }
  if (!isJsonObject(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) =>
    listValues(inner, [...path, name])
  );
}

for (const path of listSettings(SCHEMA, [])) {
  Deno.test(`config/callout.yaml explains ${pathText(path)}`, () => {
    const name = String(path.at(-1));
    assert(new RegExp(`^[# -]*${name}:`, "m").test(TEXT), "it is in the file");
    const node = schemaAt(SCHEMA, path);
    const description = isJsonObject(node)
      ? member(node, "description")
      : undefined;
    assert(
      typeof description === "string" && description.length > 10,
      "it has a description",
    );
  });
}

Deno.test("config/callout.yaml holds the schema's own defaults", () => {
  const content = readYaml(TEXT);
  assert(isJsonObject(content));
  for (const [path, value] of listValues(content, [])) {
    if (typeof value === "string" && value.includes("${")) continue;
    const node = schemaAt(SCHEMA, path);
    const preset = isJsonObject(node) ? member(node, "default") : undefined;
    const expected = Array.isArray(preset) && typeof value === "string"
      ? preset.join()
      : preset;
    assertEquals(value, expected, pathText(path));
  }
});

Deno.test("config/callout.yaml works with what the stack exports and an issuer", () => {
  const { config, warnings } = parseScene(SCENE);
  assertEquals(warnings, []);
  assertEquals(config.issuers.map(({ issuer, keys }) => [issuer, keys.kind]), [
    ["https://issuer.example", "discovery"],
  ]);
  assertEquals(config.accounts.map(({ name }) => name), ["APP"]);
  assertEquals(config.permissions.account, "APP");
  assertEquals(config.monitoring.hostname, "127.0.0.1");
});

Deno.test("config/callout.yaml works with the development issuer alone, and says it", () => {
  const { OIDC_ISSUER: _, ...variables } = SCENE.variables;
  const { config, warnings } = parseScene({
    ...SCENE,
    variables: { ...variables, DEV_ISSUER_JWKS_FILE: "dev/jwks.json" },
  });
  assertEquals(config.issuers.map(({ issuer }) => issuer), [
    "urn:nats-auth-callout:development",
  ]);
  assertEquals(warnings.map(({ code }) => code), [
    "development_issuer_trusted",
  ]);
});

Deno.test("config/callout.yaml grants nobody anything as long as nothing is set", () => {
  const { issues } = assertThrows(
    () => parseScene({ text: TEXT, variables: {}, files: {} }),
    ConfigError,
  );
  assertEquals(issues.filter(({ missing }) => missing !== true), []);
});

Deno.test("config/callout.schema.json is what `deno task schema` writes", async () => {
  assertEquals(
    await Deno.readTextFile(new URL("callout.schema.json", FOLDER)),
    formatFileSchema(),
    "run: deno task schema",
  );
});

Deno.test("the default file leads to what writes the files that it names", () => {
  const { issues } = assertThrows(
    () => parseScene({ ...SCENE, files: {} }),
    ConfigError,
  );
  const files = issues.filter(({ problem }) => problem.includes(SECRETS));
  assertEquals(files.map(({ path }) => path).sort(), [
    "callout.signing_key_file",
    "nats.creds_file",
  ]);
  for (const { remedy } of files) {
    assert(remedy.startsWith("docker compose up writes it, or set "), remedy);
  }
});
