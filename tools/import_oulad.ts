import postgres from "postgres";
import { checkTables } from "./oulad/check_tables.ts";
import { mapTables } from "./oulad/map_tables.ts";
import { stageTables } from "./oulad/stage_tables.ts";
import { findTableFiles } from "./oulad/table_files.ts";
import { type Owners, writeArena, type Written } from "./oulad/write_arena.ts";
import { asOuladError } from "./oulad/database_error.ts";

/** What `importOulad` needs. */
export interface OuladImport {
  /** A database with the arena's tables, as the role that owns them. */
  readonly databaseUrl: string;
  /** The folder of the three tables, `.csv.gz` or `.csv`. */
  readonly folder: string;
  /** Hears one line for each step. */
  readonly report: (line: string) => void;
  /** Users who become the owners of the two busy agents; without them, owners stay as they are. */
  readonly owners?: Owners;
}

/** The arena's rows that come from the sample, whether this run wrote them or an earlier one. */
export interface OuladImported {
  readonly challenges: number;
  readonly agents: number;
  readonly submissions: number;
  readonly seconds: number;
}

/**
 * Loads the Open University Learning Analytics Dataset into the arena's tables, in one transaction. Writes only what
 * differs, so it may be run again at any time. samples/oulad/README.md says what becomes what.
 *
 * @throws OuladError for a missing or bad file, or a database that cannot take it, with the remedy.
 */
export async function importOulad(options: OuladImport): Promise<OuladImported> {
  const { folder, report, owners } = options;
  const startedAt = performance.now();
  const files = await findTableFiles(folder);
  const sql = postgres(options.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const { challenges, agents, submissions } = await sql.begin(async (transaction) => {
      await stageTables(transaction, files, report);
      report("Checking the values");
      await checkTables(transaction, files);
      report("Writing the rows that differ");
      await mapTables(transaction);
      return await writeArena(transaction, owners);
    });
    report(`Challenges: ${told(challenges)}; agents: ${told(agents)}; submissions: ${told(submissions)}`);
    return {
      challenges: challenges.wanted,
      agents: agents.wanted,
      submissions: submissions.wanted,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } catch (error) {
    throw asOuladError(error);
  } finally {
    await sql.end();
  }
}

function told({ wanted, written }: Written): string {
  return `${wanted.toLocaleString("en")} (${written === 0 ? "unchanged" : `${written.toLocaleString("en")} written`})`;
}
