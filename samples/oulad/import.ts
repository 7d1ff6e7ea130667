import { withConnection } from "../../stack/one_connection.ts";
import { checkTables } from "./import/check_tables.ts";
import { nearestDatabase, parseArguments } from "./import/choose_database.ts";
import { asOuladError } from "./import/database_error.ts";
import { mapArena } from "./import/map_arena.ts";
import { mapResults } from "./import/map_results.ts";
import { mapTraining } from "./import/map_training.ts";
import { OuladError } from "./import/oulad_error.ts";
import { requireOwnTables } from "./import/require_own_tables.ts";
import { stageTables } from "./import/stage_tables.ts";
import { findTableFiles } from "./import/table_files.ts";
import { type Owners, writeArena } from "./import/write_arena.ts";
import { writeTraining } from "./import/write_training.ts";
import type { Written } from "./import/written.ts";

/** What `importOulad` needs. */
export interface OuladImport {
  /** A database with the tables of the arena and of the training pack, as the role that owns them. */
  readonly databaseUrl: string;
  /** The folder of the three tables, `.csv.gz` or `.csv`. */
  readonly folder: string;
  /** Hears one line for each step. */
  readonly report: (line: string) => void;
  /** Users who become the owners of the two busy agents; without them, owners stay as they are. */
  readonly owners?: Owners;
}

/** The rows of the packs that come from the sample, whether this run wrote them or an earlier one. */
export interface OuladImported {
  readonly challenges: number;
  readonly agents: number;
  readonly submissions: number;
  readonly orgs: number;
  readonly users: number;
  readonly members: number;
  readonly scenarios: number;
  readonly attempts: number;
  readonly seconds: number;
}

/**
 * Loads the Open University Learning Analytics Dataset into the tables of the arena and of the training pack, in one
 * transaction. Writes only what differs, so it may be run again at any time. samples/oulad/README.md says what becomes what.
 *
 * @throws OuladError for a missing or bad file, or a database that cannot take it, with the remedy.
 */
export async function importOulad(options: OuladImport): Promise<OuladImported> {
  const { folder, report, owners } = options;
  const startedAt = performance.now();
  const files = await findTableFiles(folder);
  try {
    const { arena, training } = await withConnection(options.databaseUrl, (sql) =>
      sql.begin(async (transaction) => {
        // Two imports at once would wait for each other's rows in different orders.
        await transaction`select pg_advisory_xact_lock(hashtextextended('freshet.import_oulad', 0))`;
        await requireOwnTables(transaction, options.databaseUrl);
        // Sorts and hashes of 173,912 rows, in memory.
        await transaction`set local work_mem = '64MB'`;
        await stageTables(transaction, files, report);
        report("Checking the values");
        await checkTables(transaction, files);
        await mapResults(transaction);
        report("Writing the arena's rows that differ");
        await mapArena(transaction);
        const arena = await writeArena(transaction, owners);
        report("Writing the training pack's rows that differ");
        await mapTraining(transaction);
        return { arena, training: await writeTraining(transaction) };
      }));
    report(inWords("Arena", arena));
    report(inWords("Training pack", training));
    return {
      challenges: arena.challenges.wanted,
      agents: arena.agents.wanted,
      submissions: arena.submissions.wanted,
      orgs: training.orgs.wanted,
      users: training.users.wanted,
      members: training.members.wanted,
      scenarios: training.scenarios.wanted,
      attempts: training.attempts.wanted,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } catch (error) {
    throw asOuladError(error);
  }
}

function inWords(pack: string, tables: { readonly [table: string]: Written }): string {
  const rows = Object.entries(tables).map(([table, { wanted, written }]) =>
    `${table}: ${wanted.toLocaleString("en")} (${
      written === 0 ? "unchanged" : `${written.toLocaleString("en")} written`
    })`
  );
  return `${pack}: ${rows.join("; ")}`;
}

if (import.meta.main) {
  try {
    const { folder, dbUrl } = parseArguments(Deno.args);
    const imported = await importOulad({
      folder,
      databaseUrl: dbUrl ?? await nearestDatabase(),
      report: (line) => console.log(line),
    });
    console.log(`Done in ${imported.seconds.toFixed(1)} s`);
  } catch (error) {
    console.error(error instanceof OuladError ? `✗ ${error.message}` : error);
    Deno.exit(1);
  }
}
