import { assertEquals } from "@std/assert";
import { NAMED_MAX, nameSome } from "./name_some.ts";

Deno.test("nameSome() names a few, and says that there are others", () => {
  const names = Array.from({ length: NAMED_MAX + 1 }, (_, at) => `n${at}`);
  assertEquals(nameSome(names), "n0, n1, n2, n3, n4 and others");
  assertEquals(nameSome(names.slice(1)), "n1, n2, n3, n4, n5");
  assertEquals(nameSome(["a"]), "a");
});
