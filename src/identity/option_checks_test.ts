import { assertEquals } from "@std/assert";
import { checkRange } from "./option_checks.ts";

for (const text of ["600", '"600"', "601", "null", "[600]"]) {
  Deno.test(`checkRange() takes a number within the bounds and no text: ${text}`, () => {
    const problems: string[] = [];
    checkRange(
      "seconds",
      JSON.parse(text),
      { min: 1, max: 600 },
      (option, problem) => problems.push(`${option} ${problem}`),
    );
    const expected = text === "600" ? [] : ["seconds is not between 1 and 600"];
    assertEquals(problems, expected);
  });
}
