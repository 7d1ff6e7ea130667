/**
 * Writes shared/http/runbook.json: the pages of docs/runbook, which /analytics/runbook/<page> serves and alerts link
 * to. `--check` writes nothing and fails if the file is not current.
 */
import { keepCurrent } from "./generated_file.ts";

const folder = new URL("../docs/runbook/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".md")).sort();
const pages = Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(new URL(name, folder))]));

const is_current = await keepCurrent({
  file: new URL("../shared/http/runbook.json", import.meta.url),
  content: `${JSON.stringify(pages, null, 2)}\n`,
  check: Deno.args.includes("--check"),
  remedy: "deno task generate",
});
Deno.exit(is_current ? 0 : 1);
