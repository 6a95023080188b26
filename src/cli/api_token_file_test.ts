import { assert, assertEquals, assertRejects } from "@std/assert";
import { withFreePath } from "../../tests/fixtures/free_path.ts";
import { createApiToken } from "../identity/api_token.ts";
import type { ApiTokenEntry } from "../identity/api_token_file.ts";
import {
  ApiTokenFileError,
  changeEntries,
  readEntries,
} from "./api_token_file.ts";

function entry(sub: string): ApiTokenEntry {
  const { id, digest } = createApiToken();
  return {
    id,
    "sha256": digest,
    sub,
    "created_at": "2026-01-01T00:00:00Z",
    "expires_at": "2027-01-01T00:00:00Z",
  };
}

Deno.test("G6 a new file is for its owner alone, and an old one keeps its group", () =>
  withFreePath(async (file) => {
    await changeEntries(file, () => [entry("a")]);
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
    await Deno.chmod(file, 0o640);
    await changeEntries(file, (entries) => [...entries, entry("b")]);
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o640);
    assertEquals((await readEntries(file)).map(({ sub }) => sub), ["a", "b"]);
  }));

Deno.test("G6 a file that was open to everybody is closed with the first change", () =>
  withFreePath(async (file) => {
    await changeEntries(file, () => []);
    await Deno.chmod(file, 0o666);
    await changeEntries(file, () => [entry("a")]);
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o660);
  }));

Deno.test("G5 a change that cannot be made leaves the file as it is", () =>
  withFreePath(async (file) => {
    await changeEntries(file, () => [entry("a")]);
    const before = await Deno.readTextFile(file);
    const twice = entry("b");
    await assertRejects(
      () => changeEntries(file, () => [twice, twice]),
      ApiTokenFileError,
      '"id" of another',
    );
    await assertRejects(() =>
      changeEntries(file, () => {
        throw new ApiTokenFileError("no");
      }), ApiTokenFileError);
    assertEquals(await Deno.readTextFile(file), before);
    await changeEntries(file, (entries) => entries);
  }));

Deno.test("G3 a file that is wrong is not overwritten", () =>
  withFreePath(async (file) => {
    await Deno.writeTextFile(file, '{"version":1,"tokens":[{}]}');
    await assertRejects(
      () => changeEntries(file, () => [entry("a")]),
      ApiTokenFileError,
      "mend it by hand",
    );
    assert((await Deno.readTextFile(file)).includes("[{}]"));
  }));

Deno.test("G5 two commands at once do not lose each other's change", () =>
  withFreePath(async (file) => {
    await changeEntries(file, () => []);
    await Deno.writeTextFile(`${file}.new`, "");
    const error = await assertRejects(
      () => changeEntries(file, () => [entry("a")]),
      ApiTokenFileError,
    );
    assert(error.message.includes("another command"));
    await Deno.remove(`${file}.new`);
    await changeEntries(file, () => [entry("a")]);
  }));
