import { assertEquals } from "@std/assert";
import {
  isSince,
  type ServerVersions,
  versionsText,
} from "./server_version.ts";

const SINCE: ServerVersions = [[2, 11, 16], [2, 12, 7]];

const rows: [version: string, isSince: boolean][] = [
  ["2.10.29", false],
  ["2.11.2", false],
  ["2.11.15", false],
  ["2.11.16", true],
  ["2.12.0", false],
  ["2.12.6", false],
  ["2.12.7", true],
  ["2.12.10", true],
  ["2.14.0", true],
  ["2.15.2", true],
  ["3.0.0", true],
  ["1.30.30", false],
  ["v2.12.8", true],
  ["2.14.0-RC.1", true],
  ["2.11.16-RC.1", false],
  ["2.11.17-RC.1", true],
  ["2.12.7-preview.2", false],
  ["2.15.0-dev", true],
  ["2.12", false],
  ["", false],
  ["newest", false],
];

for (const [version, expected] of rows) {
  Deno.test(`isSince() is ${expected} for version "${version}"`, () => {
    assertEquals(isSince(version, SINCE), expected);
  });
}

Deno.test("versionsText() names every line", () => {
  assertEquals(versionsText(SINCE), "2.11.16, 2.12.7 or newer");
});
