import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type postgres from "postgres";

/** Lines that are sent together: one line at a time would be a packet each. */
const LINES_PER_CHUNK = 500;

/**
 * Writes lines of fields to an open COPY in the text format and waits until Postgres has taken them. The fields hold no
 * tab, newline or backslash.
 */
export async function copyLines(
  sql: postgres.TransactionSql,
  copy: Writable,
  lines: AsyncIterable<readonly string[]>,
): Promise<void> {
  let refused: Error | undefined;
  copy.on("error", (error) => refused = error);
  try {
    for await (const chunk of chunksOf(lines)) {
      await write(copy, chunk);
      await setImmediate(); // otherwise what the server says meanwhile is read after the last line, and dropped
      if (refused) throw refused;
    }
  } catch (error) {
    copy.destroy(error instanceof Error ? error : new Error(String(error)));
    throw refused ?? error;
  }
  copy.end();
  // The client drops an error that comes after the last line, and its stream then never finishes. The next statement of
  // the transaction waits for the COPY, and fails when it failed. It is refused before the stream has sent its end.
  await setImmediate();
  await sql`select`;
}

function write(copy: Writable, chunk: string): Promise<void> {
  return new Promise((resolve, reject) => copy.write(chunk, (error) => error ? reject(error) : resolve()));
}

async function* chunksOf(lines: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  let chunk: string[] = [];
  for await (const fields of lines) {
    chunk.push(fields.join("\t"), "\n");
    if (chunk.length < LINES_PER_CHUNK * 2) continue;
    yield chunk.join("");
    chunk = [];
  }
  if (chunk.length > 0) yield chunk.join("");
}
