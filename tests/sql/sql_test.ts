// Runs every <object>/<fact>.test.sql below this folder and below packs/<pack>/tests/sql as one test, each in a transaction that it rolls back itself.
// FRESHET_TEST_DATABASE_URL names a migrated, empty database in which schema tap holds pgTAP (tools/test.ts makes one).
import { deepEqual, ok } from "node:assert/strict";
import postgres from "postgres";
import { spread } from "../../tools/pack_folders.ts";
import { factName } from "../../tools/test/suites.ts";
import { proofs } from "../support/random/proofs.ts";
import { readTap } from "./tap.ts";

const project = new URL("../../", import.meta.url);
const folders = await spread(["tests/sql", "packs/*/tests/sql"]);
const databaseUrl = Deno.env.get("FRESHET_TEST_DATABASE_URL");
if (databaseUrl === undefined) {
  throw new Error("FRESHET_TEST_DATABASE_URL is not set: run these through `deno task test`, which starts a database");
}

function namesIn(folder: URL, kind: "isFile" | "isDirectory"): string[] {
  return [...Deno.readDirSync(folder)].filter((entry) => entry[kind]).map((entry) => entry.name).sort();
}

const objects = folders.flatMap((folder) => {
  const url = new URL(`${folder}/`, project);
  return namesIn(url, "isDirectory").map((object) => ({ object, folder: new URL(`${object}/`, url) }));
});
/** Every fact is tested on 15; on 17 each object by its first fact, and by all in the proofs or where they are named. */
const isSampled = Deno.env.get("FRESHET_TEST_CRON") === "stand-in" && Deno.env.get("FRESHET_TEST_FACTS") !== "every";
const MOST = isSampled ? proofs(1, 1_000) : 1_000;
for (const { object, folder } of objects.sort((left, right) => left.object < right.object ? -1 : 1)) {
  for (const file of namesIn(folder, "isFile").slice(0, MOST)) {
    Deno.test({
      name: factName(`${object}/${file}`),
      // The session is kept for the next one.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const script = await Deno.readTextFile(new URL(file, folder));
        const { planned, passed, failures } = readTap(await runScript(script));
        deepEqual(failures, []);
        ok(planned > 0 && passed === planned, `planned ${planned} assertions, ran ${passed}`);
      },
    });
  }
}

Deno.test.afterAll(endSession);

/** A script in "repeatable read" may meet a run of the scheduler, and is to be tried again, as PostgreSQL says. */
const SERIALIZATION_FAILURE = "40001";

/**
 * One session for all facts, which rolls back what each of them did, its settings included: a session of its own would
 * read the catalogue and compile every function again, a sixth of what the facts take.
 */
let session: postgres.Sql | null = null;

async function runScript(script: string, triesLeft = 3): Promise<string> {
  session ??= postgres(databaseUrl ?? "", { max: 1, onnotice: () => {}, connection: { search_path: "tap, public" } });
  try {
    const results = await session.unsafe(script).simple() as unknown as Record<string, unknown>[][];
    return results.flat().flatMap((row) => Object.values(row)).map(String).join("\n");
  } catch (error) {
    await endSession();
    if (!(error instanceof postgres.PostgresError && error.code === SERIALIZATION_FAILURE) || triesLeft === 0) {
      throw error;
    }
    return await runScript(script, triesLeft - 1);
  }
}

async function endSession(): Promise<void> {
  await session?.end();
  session = null;
}
