// What the calendar takes for a schedule is what the real pg_cron takes for one.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { parseSchedule } from "../../shared/audit/calendar/schedule.ts";
import { schedules } from "../support/random/drawn_schedule.ts";
import { withConnections } from "../support/rigs/test_database.ts";

/** Near misses: what a person types, and what only a parser of characters would think of. */
const crooked = fc.array(
  fc.constantFrom(...[
    "*",
    "0",
    "5",
    "59",
    "60",
    "07",
    "1-5",
    "5-1",
    "*/5",
    "*/0",
    "*/70",
    "1/5",
    "1-5/2",
    "1-5x",
    "*x",
  ], ...[
    "1,2",
    "1,",
    ",1",
    "1,,2",
    "jan",
    "Sun",
    "sunday",
    "7",
    "8",
    "?",
    "L",
    "1$",
    "@",
    "-1",
    "1-",
    "*-5",
    "#",
    "a",
  ]),
  { minLength: 4, maxLength: 6 },
).map((fields) => fields.join(" "));
const named = fc.constantFrom(
  "@hourly",
  "@daily",
  "@Daily",
  "@midnight",
  "@weekly x",
  "@reboot",
  "@every",
  "@",
  " @yearly",
);

Deno.test("parseSchedule() reads exactly the schedules that pg_cron accepts", () =>
  withConnections(1, async ([sql]) => {
    assert.ok(sql !== undefined);
    const [version] = await sql`select extversion from pg_extension where extname = 'pg_cron'`;
    const texts = fc.sample(fc.oneof(schedules.map(({ text }) => text), crooked, named), {
      numRuns: 600,
      seed: 20261120,
    });
    const differences: string[] = [];
    for (const text of new Set(texts)) {
      // "$" came with 1.5.
      if (/^1\.[0-4]\b/.test(String(version?.["extversion"])) && /[ \t]\$[ \t]/.test(text)) continue;
      const theirs = await accepts(sql, text);
      if (theirs !== (parseSchedule(text) !== null)) {
        differences.push(`${text}: pg_cron ${theirs ? "takes" : "refuses"} it`);
      }
    }
    assert.deepEqual(differences, []);
  }));

async function accepts(sql: postgres.Sql, schedule: string): Promise<boolean> {
  const undone = new Error("undone");
  try {
    await sql.begin(async (transaction) => {
      await transaction`select cron.schedule('probe-schedule', ${schedule}, 'select 1')`;
      throw undone;
    });
  } catch (error) {
    if (error === undone) return true;
    if (error instanceof Error && error.message.includes("invalid schedule")) return false;
    throw error;
  }
  return true;
}
