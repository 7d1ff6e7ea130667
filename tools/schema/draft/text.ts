import type { Draft } from "./draft.ts";

const HEAD =
  `-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.`;

/** Warnings to read before the migration runs on a database with rows. */
const CAREFUL: readonly (readonly [RegExp, string])[] = [
  [/^drop table /i, "deletes the rows of the table"],
  [/^alter table [\s\S]* drop column /i, "deletes what the column holds"],
  [/^alter table [\s\S]* alter column \S+ type /i, "rewrites the table, and keeps readers and writers out meanwhile"],
  [
    /^alter table [\s\S]* add column (?![\s\S]*\b(?:default|generated)\b)[\s\S]* not null/i,
    "fails on a table with rows: give a default",
  ],
  [/^drop materialized view /i, "leaves the view empty until its next refresh, and its resource unavailable"],
];

/** Null for a draft without a statement and without a remark. */
export function migrationText({ steps, byHand }: Draft): string | null {
  if (steps.length + byHand.length === 0) return null;
  const makesFunctions = steps.some(({ text }) => /^create (?:or replace )?(?:function|procedure)\b/im.test(text));
  const parts = [makesFunctions ? `${HEAD}\nset check_function_bodies = off;` : HEAD];
  let path: string | null = null;
  for (const step of steps) {
    const remark = CAREFUL.find(([pattern]) => pattern.test(step.text));
    const lines = [
      ...(step.path !== null && step.path !== path ? [`-- ${step.path}`, ""] : []),
      ...(remark === undefined ? [] : [`-- Careful: ${remark[1]}.`]),
      step.text,
    ];
    path = step.path;
    parts.push(lines.join("\n"));
  }
  for (const line of byHand) parts.push(`-- by hand: ${line.replaceAll("\n", " ")}`);
  if (makesFunctions) parts.push("reset check_function_bodies;");
  return `${parts.join("\n\n")}\n`;
}

/** The remarks of a draft, for the person who asked for it. */
export function careful({ steps }: Draft): string[] {
  return steps.flatMap(({ text }) => {
    const remark = CAREFUL.find(([pattern]) => pattern.test(text));
    return remark === undefined ? [] : [`${text.split("\n")[0]} ${remark[1]}`];
  });
}
