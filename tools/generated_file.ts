import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export interface GeneratedFile {
  readonly file: URL;
  readonly content: string;
  /** Only compare, write nothing. */
  readonly check: boolean;
  /** The command that makes the file current. */
  readonly remedy: string;
}

/**
 * Writes a generated file, or with `check` prints that it is out of date. Returns whether the file is current
 * afterwards.
 */
export async function keepCurrent(generated: GeneratedFile): Promise<boolean> {
  const path = fileURLToPath(generated.file);
  const present = await readFile(path, "utf8").catch(() => null);
  if (present === generated.content) return true;
  if (generated.check) {
    console.error(`Generated file is out of date: ${path}. Run ${generated.remedy} and commit the result`);
    return false;
  }
  await writeFile(path, generated.content);
  console.log(`Wrote ${path}`);
  return true;
}
