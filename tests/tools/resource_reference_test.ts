// docs/resource-reference.md is held to the functions that there are, and what it says of each to what each does.
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { z } from "zod";
import { column, parameter } from "../../shared/resource/resource.ts";
import { readDocument } from "../support/documents/documents.ts";

const page = await readDocument("docs/resource-reference.md");

/** The functions in the first cells of the page's tables: "`column.id()`" is id. */
function listed(of: string): string[] {
  return [...page.matchAll(new RegExp(`^\\| \`${of}\\.(\\w+)\\(`, "gm"))].map(([, name = ""]) => name);
}

for (const [of, functions] of Object.entries({ column, parameter })) {
  Deno.test(`the reference lists every function of ${of} once, and no other`, () => {
    deepEqual(listed(of).sort(), Object.keys(functions).sort());
  });
}

const MADE: Readonly<Record<keyof typeof parameter, z.ZodType>> = {
  id: parameter.id(),
  subject: parameter.subject(),
  label: parameter.label(),
  spelt: parameter.spelt((text) => text.toLowerCase()),
  word: parameter.word(["a", "b"]),
  oneOf: parameter.oneOf(["a", "b"], "b"),
  flag: parameter.flag(),
  wholeNumber: parameter.wholeNumber({ from: 1, to: 9, otherwise: 3 }),
  optionalWholeNumber: parameter.optionalWholeNumber({ from: 1, to: 9 }),
  increasingNumbers: parameter.increasingNumbers({ most: 3, otherwise: "3,7" }),
  day: parameter.day(),
  week: parameter.week(),
  month: parameter.month(),
  cursor: parameter.cursor(),
};

Deno.test("the reference says of each parameter whether it may be left out", () => {
  for (const [name, schema] of Object.entries(MADE)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`parameter.${name}(`)) ?? "";
    const left_out = row.split(" | ").at(-1) ?? "";
    equal(left_out.startsWith("400"), !z.safeParse(schema, undefined).success, row);
  }
});

Deno.test("what the reference says that a parameter takes and gives is so", () => {
  equal(z.parse(MADE.id, "25D9E55E-68AD-303F-783E-9FE35FA44B2D"), "25d9e55e-68ad-303f-783e-9fe35fa44b2d");
  equal(z.parse(MADE.label, "  Two  Words "), "Two Words");
  equal(z.parse(MADE.week, "2026-01-31"), "2026-01-26");
  equal(z.parse(MADE.month, "2026-01"), "2026-01-01");
  deepEqual(z.parse(MADE.increasingNumbers, "3,7.5"), [3, 7.5]);
  deepEqual(z.parse(MADE.increasingNumbers, undefined), [3, 7]);
  for (const odd of ["+1", "1e0", "01", " 1", "1234567890"]) throws(() => z.parse(MADE.wholeNumber, odd), odd);
  ok(z.safeParse(MADE.subject, "x".repeat(255)).success && !z.safeParse(MADE.subject, "x".repeat(256)).success);
  ok(z.safeParse(MADE.label, "x".repeat(100)).success && !z.safeParse(MADE.label, "x".repeat(101)).success);
});

Deno.test("what the reference says that a column holds is so", () => {
  ok(z.safeParse(column.id(), "25d9e55e-68ad-303f-783e-9fe35fa44b2d").success);
  ok(!z.safeParse(column.count(), -1).success && z.safeParse(column.count(), 2 ** 53 - 1).success);
  ok(!z.safeParse(column.count(), 2 ** 53).success);
  ok(!z.safeParse(column.number(), Infinity).success && !z.safeParse(column.number(), NaN).success);
  ok(!z.safeParse(column.date(), "infinity").success);
  equal(z.parse(column.timestamp(), "2026-01-31T12:00:00+02:00"), "2026-01-31T10:00:00.000Z");
  ok(!z.safeParse(column.timestamp(), "2026-01-31T12:00:00").success);
  ok(!z.safeParse(column.category(["a"]), "b").success);
});
