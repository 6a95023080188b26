import { assertEquals } from "@std/assert";
import { suggest } from "./suggestion.ts";

const KNOWN = ["issuer", "audiences", "jwks_url", "jwks_file", "typ"];

const rows: [name: string, meant: string | undefined][] = [
  ["isuer", "issuer"],
  ["audience", "audiences"],
  ["jwksUrl", "jwks_url"],
  ["jwks-file", "jwks_file"],
  ["jwks_uri", "jwks_url"],
  ["colour", undefined],
  ["x".repeat(100_000), undefined],
];

for (const [name, meant] of rows) {
  Deno.test(`suggest() for ${name.slice(0, 20)} is ${meant ?? "nothing"}`, () => {
    assertEquals(suggest(name, KNOWN), meant);
  });
}
