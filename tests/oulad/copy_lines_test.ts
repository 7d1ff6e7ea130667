import assert from "node:assert/strict";
import postgres from "postgres";
import { copyLines } from "../../samples/oulad/import/copy_lines.ts";
import { pause } from "../../stack/pause.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";

async function* lines(...rows: string[][]): AsyncGenerator<string[]> {
  yield* await Promise.resolve(rows);
}

/** Copies lines of two numbers into a table that lives as long as the transaction, and reads them back. */
async function copied(source: AsyncIterable<string[]>): Promise<unknown> {
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  try {
    return await sql.begin(async (transaction) => {
      await transaction`create temporary table copied (a integer, b integer) on commit drop`;
      await copyLines(transaction, await transaction`copy pg_temp.copied from stdin`.writable(), source);
      const rows = await transaction`select c.a, c.b from pg_temp.copied as c order by c.a`;
      return rows.map((row) => [row.a, row.b]);
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

Deno.test("copyLines() has copied every line when it resolves", async () => {
  assert.deepEqual(await copied(lines(["1", "10"], ["2", "20"])), [[1, 10], [2, 20]]);
  assert.deepEqual(await copied(lines()), []);
});

Deno.test("copyLines() rejects, and does not hang, when Postgres refuses after the last line", async () => {
  await assert.rejects(copied(lines(["1", "x"])), postgres.PostgresError);
});

Deno.test("copyLines() rejects with what Postgres said when it refuses a line in the middle", async () => {
  async function* many(): AsyncGenerator<string[]> {
    for (let line = 0; line < 50_000; line++) {
      // A busy server answers late: the refusal has to arrive while there are lines to send.
      if (line === 20_000) await pause(2_000);
      yield [String(line), line === 10_000 ? "x" : "1"];
    }
  }
  await assert.rejects(copied(many()), /invalid input syntax for type integer: "x"/);
});

Deno.test("copyLines() rejects with the error of the lines and leaves the connection usable", async () => {
  async function* broken(): AsyncGenerator<string[]> {
    yield ["1", "10"];
    await Promise.resolve();
    throw new Error("The file ends here");
  }
  await assert.rejects(copied(broken()), /The file ends here/);
});
