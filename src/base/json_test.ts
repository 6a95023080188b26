import { assertEquals, assertInstanceOf } from "@std/assert";
import { decodeJsonObject, decodeUtf8, JsonFault } from "./json.ts";

const LIMITS = { depthMax: 4, membersMax: 10 };

const refused: [why: string, text: string, problem: string][] = [
  ["A5 too deep", '{"a":[[[[1]]]]}', "is nested too deep"],
  [
    "A5 too many elements",
    `{"a":[${"1,".repeat(10)}1]}`,
    "has too many members",
  ],
  ["A5 a million brackets", "[".repeat(1_000_000), "is nested too deep"],
  ["A7 a duplicate name", '{"a":1,"a":2}', "has a duplicate name"],
  [
    "A7 an escaped duplicate name",
    '{"sub":1,"s\\u0075b":2}',
    "has a duplicate name",
  ],
  ["A7 a duplicate inside", '{"a":{"b":1,"b" :2}}', "has a duplicate name"],
  ["A8 an array", "[1]", "is not a JSON object"],
  ["A8 a string", '"a"', "is not a JSON object"],
  ["A8 null", "null", "is not a JSON object"],
  ["A9 a lone high surrogate", '{"a":"\\ud800"}', "has a lone surrogate"],
  [
    "A9 a lone surrogate that is not escaped",
    '{"a":"\ud800"}',
    "has a lone surrogate",
  ],
  ["A9 a lone surrogate in a name", '{"\\udc00":1}', "has a lone surrogate"],
  ["A10 an infinite number", '{"exp":1e400}', "has a number out of range"],
  [
    "A10 a negative infinite number",
    '{"exp":-1e400}',
    "has a number out of range",
  ],
  ["no text", "", "is not JSON"],
  ["an open string", '{"a":"b', "is not JSON"],
  ["an open escape", '{"a":"\\', "is not JSON"],
];

for (const [why, text, problem] of refused) {
  Deno.test(`decodeJsonObject() refuses ${why}`, () => {
    const fault = decodeJsonObject(text, LIMITS);
    assertInstanceOf(fault, JsonFault);
    assertEquals(fault.problem, problem);
  });
}

Deno.test("decodeJsonObject() takes what is legal", () => {
  const text =
    '{ "a" : [1, -2.5e3, "x\\"y"], "b":{"a":true}, "c":"\\ud83d\\ude00" , "d":"a:b"}';
  assertEquals(decodeJsonObject(text, LIMITS), JSON.parse(text));
});

Deno.test("decodeJsonObject() keeps the same name in sibling objects", () => {
  const text = '{"a":[{"n":1},{"n":2}]}';
  assertEquals(decodeJsonObject(text, LIMITS), JSON.parse(text));
});

Deno.test("A6 decodeUtf8() refuses broken UTF-8 and a byte order mark", () => {
  assertInstanceOf(decodeUtf8(new Uint8Array([0xc3, 0x28])), JsonFault);
  assertInstanceOf(
    decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b])),
    JsonFault,
  );
  assertEquals(decodeUtf8(new Uint8Array([0x7b])), "{");
});
