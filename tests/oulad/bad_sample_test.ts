import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { importOuladInto } from "../../stack/import_oulad.ts";
import { OULAD_TABLES } from "../../samples/oulad/import/table_files.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";
import { SAMPLE_FOLDER, writePlainSample } from "./oulad_database.ts";

/** A line of a file, by its number, and what stands there instead; undefined takes the line out. */
interface Damage {
  readonly table: typeof OULAD_TABLES[number];
  readonly line: number;
  readonly text: string | undefined;
}

/** What the import says about a copy of the sample, plain CSV, that was changed before. */
async function refusalOf(change: (folder: string) => Promise<void>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-oulad-" });
  try {
    await writePlainSample(folder);
    await change(folder);
    // The study pack's rows come from the same tables, and take longest to write.
    await importOuladInto({ databaseUrl: testDatabaseUrl(), folder, packs: ["arena", "training"], report: () => {} });
    return "nothing";
  } catch (error) {
    assert.ok(error instanceof Error && error.name === "OuladError", String(error));
    return error.message.replaceAll(folder, "DIR");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function refusalOfDamage({ table, line, text }: Damage): Promise<string> {
  return refusalOf(async (folder) => {
    const path = join(folder, `${table}.csv`);
    const lines = (await Deno.readTextFile(path)).split(/\r?\n/);
    lines.splice(line - 1, 1, ...(text === undefined ? [] : [text]));
    await Deno.writeTextFile(path, lines.join("\n"));
  });
}

const VALUES: readonly (Damage & { readonly problem: string })[] = [
  {
    table: "studentAssessment",
    line: 5,
    text: "1752,32885,26,0,abc",
    problem: 'score is "abc", not a number from 0 to 100, or nothing',
  },
  {
    table: "studentAssessment",
    line: 5,
    text: "1752,32885,26,0,101",
    problem: 'score is "101", not a number from 0 to 100, or nothing',
  },
  {
    table: "studentAssessment",
    line: 5,
    text: "1752,32885,,0,69",
    problem: "date_submitted is empty, not a number of days",
  },
  {
    table: "studentAssessment",
    line: 5,
    text: "1752,3288x,26,0,69",
    problem: 'id_student is "3288x", not a whole number',
  },
  {
    table: "studentAssessment",
    line: 5,
    text: "1,32885,26,0,69",
    problem: 'id_assessment is "1", not an assessment of the assessments',
  },
  {
    table: "studentAssessment",
    line: 5,
    text: "1752,31604,17,0,72",
    problem: 'id_student is "31604", not the only line of that student for assessment 1752',
  },
  {
    table: "assessments",
    line: 3,
    text: '"AAA","2013J","1753","","54","20"',
    problem: "assessment_type is empty, not the type of an assessment",
  },
  {
    table: "assessments",
    line: 3,
    text: '"AAA","2015J","1753","TMA","54","20"',
    problem: 'code_presentation is "2015J", not a presentation of that module in the courses',
  },
  {
    table: "courses",
    line: 3,
    text: '"AAA","2014K","269"',
    problem: 'code_presentation is "2014K", not a year with B or J, as 2013J',
  },
  {
    table: "courses",
    line: 3,
    text: '"AAA","2013J","269"',
    problem: 'code_presentation is "2013J", not the only line of that presentation',
  },
];

for (const { problem, ...damage } of VALUES) {
  Deno.test(`importOulad() names file, line and value where ${problem}`, async () => {
    const remedy = "restore the file as it was published, or correct that line";
    assert.equal(
      await refusalOfDamage(damage),
      `Cannot import "DIR/${damage.table}.csv", line ${damage.line}: ${problem}\n  → ${remedy}`,
    );
  });
}

Deno.test("importOulad() names the line where a field is missing", async () => {
  const refusal = await refusalOfDamage({ table: "studentAssessment", line: 5, text: "1752,32885,26,0" });
  assert.match(refusal, /^Cannot read "DIR\/studentAssessment.csv": .*expect 5, got 4 on line 5\n/);
});

Deno.test("importOulad() shows the columns of a table that has others", async () => {
  const refusal = await refusalOfDamage({ table: "courses", line: 1, text: "module,presentation,length" });
  assert.match(refusal, /line 1: the columns are "module,presentation,length", not "code_module,code_presentation,/);
});

Deno.test("importOulad() refuses an empty, a missing and a truncated file", async () => {
  assert.match(
    await refusalOf((folder) => Deno.writeTextFile(join(folder, "courses.csv"), "")),
    /^Cannot read "DIR\/courses.csv": it is empty\n/,
  );
  assert.match(
    await refusalOf((folder) => Deno.remove(join(folder, "courses.csv"))),
    /^Cannot import "DIR": it has neither courses.csv.gz nor courses.csv\n {2}→ name the folder/,
  );
  assert.match(
    await refusalOf(async (folder) => {
      const whole = gzipSync(await Deno.readFile(join(folder, "studentAssessment.csv")));
      await Deno.writeFile(join(folder, "studentAssessment.csv.gz"), whole.subarray(0, whole.length / 2));
    }),
    /^Cannot read "DIR\/studentAssessment.csv.gz": unexpected end of file\n/,
  );
});

Deno.test("importOulad() refuses bytes that are no text", async () => {
  const refusal = await refusalOf(async (folder) => {
    const bytes = new Uint8Array([...new TextEncoder().encode("1752,"), 0xff, ...new TextEncoder().encode(",1,0,5\n")]);
    await Deno.writeFile(join(folder, "studentAssessment.csv"), bytes, { append: true });
  });
  assert.match(refusal, /line 173914: id_student is "\ufffd", not plain text\n/);
});

Deno.test("importOulad() says how to get a database that is not there", async () => {
  const nowhere = {
    databaseUrl: "postgresql://postgres@127.0.0.1:1/postgres",
    folder: SAMPLE_FOLDER,
    report: () => {},
  };
  await assert.rejects(
    importOuladInto(nowhere),
    /^OuladError: Cannot reach the database \[ECONNREFUSED\].*\n {2}→ start the local stack/,
  );
});
