// The database spells tags for the views, TypeScript spells what callers ask for: one rule, written twice, compared.
import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { spellLabel, spellTag } from "../../shared/resource/tag.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const PIECES = [
  "Tetralogy",
  "of",
  "İ",
  "ΟΔΟΣ",
  "ß",
  "ﬁ",
  "é",
  "é",
  " ",
  "_",
  "-",
  "–",
  "−",
  "‑",
  " ",
  " ",
  "\t",
  "\r\n",
  "　",
  ".",
  "½",
  "Ⅳ",
];

const written = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.array(fc.integer({ min: 1, max: 0xffff }).filter(isSettled), { maxLength: 30 }).map((codes) =>
    String.fromCodePoint(...codes)
  ),
);

/** Letters, signs and blanks of scripts whose tables have not changed since the oldest server's ICU. */
function isSettled(code: number): boolean {
  return code < 0x0530 || (code >= 0x1e00 && code < 0x3400) || (code >= 0xff00 && code < 0xfff0);
}

Deno.test("spellTag() and spellLabel() spell as analytics.question_tags does", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined);
    const texts = fc.sample(written, { numRuns: 3_000, seed: 20_261_121 }).filter((text) =>
      !/[\p{Cs}\0]/u.test(text) && [...text].length <= 100
    );
    ok(texts.length > 2_500);
    await sql`create temp table asked (place integer, text text)`;
    await sql`insert into asked ${sql(texts.map((text, place) => ({ place, text })))}`;
    const rows = await sql.begin(async (transaction) => {
      await transaction`truncate public.questions cascade`;
      await transaction`insert into public.questions (id, stem, lesion, topic) select gen_random_uuid(), a.place, a.text, a.text from asked as a`;
      const found = await transaction<{ text: string; lesion: string; topic: string }[]>`
        select q.lesion as text, t.lesion, t.topic
        from public.questions as q join analytics.question_tags as t on t.question_id = q.id order by q.stem::integer`;
      await transaction`truncate public.questions cascade`;
      return found;
    });
    const expected = texts.map((text) => ({
      text,
      lesion: spellTag(text) || "untagged",
      topic: spellLabel(text) || "untagged",
    }));
    deepEqual(rows.filter((row, index) => JSON.stringify(row) !== JSON.stringify(expected[index])), []);
    ok(rows.length === texts.length);
  }));
