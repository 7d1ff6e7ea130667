import { type InfoRecord, parse } from "csv-parse";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { OuladError, RESTORE_THE_FILE } from "./oulad_error.ts";
import type { TableFile } from "./table_files.ts";

const Line = z.tuple([z.string()], z.string());

/** What a field may not hold: control characters, the backslash that COPY reads as an escape, and bytes that are no UTF-8. */
// deno-lint-ignore no-control-regex
const UNREADABLE = /[\u0000-\u001f\\\ufffd]/;

export interface ReadOptions {
  /** The names in the first line, in their order. */
  readonly columns: readonly string[];
  /** Hears how much of the file has been read, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * Yields the lines below the header as `[number of the line, ...fields]`, all text, decompressed and unquoted.
 * Throws OuladError with the line for a file that is not the CSV it should be.
 */
export async function* readTable(file: TableFile, { columns, onProgress }: ReadOptions): AsyncGenerator<string[]> {
  let header: string[] | undefined;
  try {
    for await (const line of csvLines(file, onProgress)) {
      const [number, ...fields] = Line.parse(line);
      if (header === undefined) {
        header = requireHeader(file, columns, fields);
        continue;
      }
      const unreadable = fields.findIndex((field) => UNREADABLE.test(field));
      if (unreadable >= 0) {
        throw refusal(
          file,
          `line ${number}: ${columns[unreadable]} is ${JSON.stringify(fields[unreadable])}, not plain text`,
        );
      }
      yield [number, ...fields];
    }
  } catch (error) {
    throw error instanceof OuladError
      ? error
      : refusal(file, error instanceof Error ? error.message : String(error), error);
  }
  if (header === undefined) throw refusal(file, "it is empty");
}

function csvLines(file: TableFile, onProgress: (share: number) => void): AsyncIterable<unknown> {
  const bytes = createReadStream(file.path);
  bytes.on("data", () => onProgress(bytes.bytesRead / file.size));
  const unpacked = file.path.endsWith(".gz") ? [createGunzip()] : [];
  const csv = parse({ bom: true, onRecord: (fields: string[], { lines }: InfoRecord) => [String(lines), ...fields] });
  // Every error on the way destroys the last stream with it, and so reaches the reader of its lines.
  pipeline([bytes, ...unpacked, csv], () => {});
  return csv;
}

function requireHeader(file: TableFile, columns: readonly string[], header: string[]): string[] {
  if (header.join() === columns.join()) return header;
  throw refusal(file, `line 1: the columns are "${header.join()}", not "${columns.join()}"`);
}

function refusal(file: TableFile, problem: string, cause?: unknown): OuladError {
  return new OuladError(`Cannot read "${file.path}": ${problem}`, RESTORE_THE_FILE, { cause });
}
