/** The worst that each type of column accepts, as texts that are cast to the type. */

/** Every code point that Unicode or a runtime calls a blank, and those that only look like one. */
export const BLANKS: readonly string[] = [
  ...["\t", "\n", "\v", "\f", "\r", " ", "\u0085", "\u00a0", "\u1680", "\u180e"],
  ...Array.from({ length: 11 }, (_, place) => String.fromCharCode(0x2000 + place)),
  ...["\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff", "\u00ad", "\u001c", "\u001f"],
];

/** Marks that turn the direction of what follows. */
const BIDIRECTIONAL = ["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"];

/** Texts that grow when they are brought into one spelling: a ligature of eighteen letters, squared words, musical notes. */
const GROWING = [
  "\ufdfa".repeat(100),
  Array.from({ length: 100 }, (_, place) => String.fromCodePoint(0x3300 + place % 0x58)).join(""),
  Array.from({ length: 100 }, (_, place) => String.fromCodePoint(0x1d15e + place % 7)).join(""),
];

/** Text that no index compresses: the same letters at every run. */
export function noise(length: number): string {
  let state = 42;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return String.fromCharCode(0x21 + (state >> 8) % 93);
  }).join("").replaceAll(/["\\]/g, "x");
}

const MOMENTS = [
  ...["infinity", "-infinity", "0044-03-15 00:00:00+00 BC", "4713-01-01 00:00:00+00 BC", "0001-01-01 00:00:00+00"],
  ...["1899-12-31 23:59:59+00", "1969-12-31 23:59:59+00", "2200-01-01 00:00:00.000001+00", "9999-12-31 00:00:00+00"],
  ...["9999-12-31 23:59:59.999999+00", "10000-01-01 00:00:00+00", "294276-12-31 23:59:59+00", "1000-01-01 00:00:00+00"],
];
const DAYS = [
  "infinity",
  "-infinity",
  "0044-03-15 BC",
  "4713-01-01 BC",
  "0001-01-01",
  "9999-12-31",
  "10000-01-01",
  "5874897-12-31",
];
const NUMBERS = [
  ...[
    "NaN",
    "Infinity",
    "-Infinity",
    "1e308",
    "-1e308",
    "1e400",
    "-1e400",
    "1e-400",
    "-1e-400",
    "1e15",
    "999999999999999.999",
  ],
  ...["-999999999999999", "1e-100", `0.${"1234567890".repeat(100)}`, "1e-16383"],
];
const FLOATS = ["NaN", "Infinity", "-Infinity", "1e308", "-1e308", "1e-307"];
const TEXTS = [
  ...["", "\u0001", "NaN", "null", "=1+1", '"', "'; --", "\\", "\ud83d\ude00", "e\u0301", "\u0130", "\\ud800"],
  ...["a".repeat(100_000), noise(100_000), noise(6_000), noise(2_690), noise(2_650), noise(2_600), noise(1_000)],
  ...BLANKS,
  ...BLANKS.map((blank) => `${blank}7${blank}`),
  ...BIDIRECTIONAL.map((mark) => `${mark}7`),
  ...GROWING,
];

function documents(): string[] {
  const scores = ["1e-400", "-1e-400", "1e400", "1e308", "-1e308", "1e-308", "1e15", "0.1e-99", "1e-101", "1.0e-16000"];
  const strings = [
    "NaN",
    "Infinity",
    "1e99",
    "1e-99",
    "1e-400",
    "",
    "0x1F",
    "1_000",
    "\u0661",
    "\uff17",
    noise(100_000),
  ];
  const keys = ["", noise(6_000), noise(100_000), "k".repeat(200), "k".repeat(201), ...BIDIRECTIONAL, ...BLANKS];
  const values = [
    ...strings,
    ...BLANKS.flatMap((blank) => [`${blank}7`, `7${blank}`]),
    ...BIDIRECTIONAL.map((mark) => `${mark}7`),
  ];
  return [
    ...scores.map((score) => `{"x":${score}}`),
    ...values.map((value) => JSON.stringify({ x: value })),
    ...keys.map((key) => JSON.stringify({ [key]: 7 })),
    // As escapes: JSON knows them, and no text does.
    ...['{"x":"\\ud800"}', '{"\\udc00":7}', '{"x":"\\udc00\\ud800"}', '{"x":"\\u0000"}'],
    ...["null", "{}", "[]", "[1,2]", "true", '"7"', "7", '{"x":null}', '{"x":{"x":7}}', '{"x":[7]}', '{"x":7,"x":8}'],
    `${"[".repeat(1_000)}${"]".repeat(1_000)}`,
    JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, place) => [`lane ${place}`, place]))),
  ];
}

const WORST: Readonly<Record<string, readonly string[]>> = {
  timestamptz: MOMENTS,
  timestamp: MOMENTS,
  date: DAYS,
  numeric: NUMBERS,
  float8: FLOATS,
  float4: ["NaN", "Infinity", "-Infinity", "3e38", "1e-37"],
  int2: ["-32768", "-1", "0", "32767"],
  int4: ["-2147483648", "-1", "0", "2147483647"],
  int8: ["-9223372036854775808", "-1", "0", "9223372036854775807"],
  bool: ["true", "false"],
  uuid: ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  text: TEXTS,
  varchar: TEXTS,
  jsonb: documents(),
  json: documents(),
};

/** What to plant in a column of the type; undefined for a type that nobody has thought of. */
export function worstOf(type: string): readonly string[] | undefined {
  return WORST[type];
}

/** A value as a test's message shows it. */
export function briefly(value: string): string {
  const shown = JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16)}`,
  );
  return shown.length <= 60 ? shown : `${shown.slice(0, 50)}… (${value.length} characters)`;
}
