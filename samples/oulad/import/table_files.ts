import { stat } from "node:fs/promises";
import { join } from "node:path";
import { OuladError } from "./oulad_error.ts";

/** The three tables of the dataset that the arena is made from. */
export const OULAD_TABLES = ["courses", "assessments", "studentAssessment"] as const;
export type OuladTable = typeof OULAD_TABLES[number];

/** One table as a file: `<table>.csv.gz`, or `<table>.csv` where that is what there is. */
export interface TableFile {
  readonly path: string;
  /** Size on disk in bytes, for the progress. */
  readonly size: number;
}
export type TableFiles = Readonly<Record<OuladTable, TableFile>>;

/** Finds all three before anything is read. Throws OuladError for the first one that is missing. */
export async function findTableFiles(folder: string): Promise<TableFiles> {
  const [courses, assessments, studentAssessment] = await Promise.all([
    findTableFile(folder, "courses"),
    findTableFile(folder, "assessments"),
    findTableFile(folder, "studentAssessment"),
  ]);
  return { courses, assessments, studentAssessment };
}

async function findTableFile(folder: string, table: OuladTable): Promise<TableFile> {
  for (const path of [join(folder, `${table}.csv.gz`), join(folder, `${table}.csv`)]) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return { path, size: found.size };
  }
  throw new OuladError(
    `Cannot import "${folder}": it has neither ${table}.csv.gz nor ${table}.csv`,
    "name the folder that holds the three tables, e.g. samples/oulad",
  );
}
