import type postgres from "postgres";
import { checkTables } from "./import/check_tables.ts";
import { asOuladError } from "./import/database_error.ts";
import { mapArena } from "./import/map_arena.ts";
import { mapResults } from "./import/map_results.ts";
import { mapStudy } from "./import/map_study.ts";
import { mapTraining } from "./import/map_training.ts";
import { requireOwnTables } from "./import/require_own_tables.ts";
import { stageTables } from "./import/stage_tables.ts";
import { findTableFiles } from "./import/table_files.ts";
import { type Owners, writeArena } from "./import/write_arena.ts";
import { writeStudy } from "./import/write_study.ts";
import { writeTraining } from "./import/write_training.ts";
import type { Written } from "./import/written.ts";

/** The packs that the sample has rows for. */
const PACKS = ["arena", "training", "study"] as const;

type ArenaWritten = Awaited<ReturnType<typeof writeArena>>;
type TrainingWritten = Awaited<ReturnType<typeof writeTraining>>;
type StudyWritten = Awaited<ReturnType<typeof writeStudy>>;

/** What `importOulad` needs. */
export interface OuladImport {
  /** One connection to a database with the tables of these packs, as the role that owns them. */
  readonly sql: postgres.Sql;
  /** The folder of the three tables, `.csv.gz` or `.csv`. */
  readonly folder: string;
  /** Hears one line for each step. */
  readonly report: (line: string) => void;
  /** The packs whose tables are filled; all that the sample has rows for, when left out. */
  readonly packs?: readonly string[];
  /**
   * Users who become the owners of the two busy agents, the first of whom also gets the busy learner's history; without them,
   * owners stay as they are.
   */
  readonly owners?: Owners;
  /** At most so many answers of the study pack, of whole students; all, when left out. */
  readonly answers?: number;
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
  readonly topics: number;
  readonly sessions: number;
  readonly answers: number;
  readonly events: number;
  readonly seconds: number;
}

/**
 * Loads the Open University Learning Analytics Dataset into the tables of the arena, of the training and of the study
 * pack, in one transaction (the months of its dates are made before). Writes only what differs, so it may be run again at any time. samples/oulad/README.md says what becomes what.
 *
 * @throws OuladError for a missing or bad file, or a database that cannot take it, with the remedy.
 */
export async function importOulad(options: OuladImport): Promise<OuladImported> {
  const { sql, folder, report, owners, packs = PACKS, answers = null } = options;
  const startedAt = performance.now();
  const files = await findTableFiles(folder);
  try {
    await sql.begin((transaction) => prepare(transaction, `${sql.options.host[0]}:${sql.options.port[0]}`, packs));
    const { arena, training, study } = await sql.begin(async (transaction) => {
        // Two imports at once would wait for each other's rows in different orders.
        await transaction`select pg_advisory_xact_lock(hashtextextended('freshet.import_oulad', 0))`;
        // Sorts and hashes of 173,912 rows, in memory.
        await transaction`set local work_mem = '64MB'`;
        await stageTables(transaction, files, report);
        report("Checking the values");
        await checkTables(transaction, files);
        await mapResults(transaction);
        let arena: Partial<ArenaWritten> = {};
        let training: Partial<TrainingWritten> = {};
        let study: Partial<StudyWritten> = {};
        if (packs.includes("arena")) {
          report("Writing the arena's rows that differ");
          await mapArena(transaction);
          arena = await writeArena(transaction, owners);
        }
        if (packs.includes("training")) {
          report("Writing the training pack's rows that differ");
          await mapTraining(transaction);
          training = await writeTraining(transaction);
        }
        if (packs.includes("study")) {
          report("Writing the study pack's rows that differ");
          await mapStudy(transaction, { answers, learner: owners?.member ?? null });
          study = await writeStudy(transaction);
        }
        return { arena, training, study };
      });
    if (packs.includes("arena")) report(inWords("Arena", arena));
    if (packs.includes("training")) report(inWords("Training pack", training));
    if (packs.includes("study")) report(inWords("Study pack", study));
    return {
      challenges: arena.challenges?.wanted ?? 0,
      agents: arena.agents?.wanted ?? 0,
      submissions: arena.submissions?.wanted ?? 0,
      orgs: training.orgs?.wanted ?? 0,
      users: training.users?.wanted ?? 0,
      members: training.members?.wanted ?? 0,
      scenarios: training.scenarios?.wanted ?? 0,
      attempts: training.attempts?.wanted ?? 0,
      topics: study.topics?.wanted ?? 0,
      sessions: study.sessions?.wanted ?? 0,
      answers: study.answers?.wanted ?? 0,
      events: study.events?.wanted ?? 0,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } catch (error) {
    throw asOuladError(error);
  }
}

/**
 * Refuses a database that is not ours, and makes the partitions of the dataset's dates, which locks the facts: inside the
 * long transaction, the lock would keep scheduled refreshes waiting until they fail.
 */
async function prepare(sql: postgres.TransactionSql, server: string, packs: readonly string[]): Promise<void> {
  await requireOwnTables(sql, server, packs);
  if (packs.includes("training")) await sql`select analytics.make_fact_partitions('2013-01-24', '2015-09-15')`;
}

function inWords(pack: string, tables: { readonly [table: string]: Written }): string {
  const rows = Object.entries(tables).map(([table, { wanted, written }]) =>
    `${table}: ${wanted.toLocaleString("en")} (${
      written === 0 ? "unchanged" : `${written.toLocaleString("en")} written`
    })`
  );
  return `${pack}: ${rows.join("; ")}`;
}
