/**
 * Writes packs/openapi.json, the OpenAPI 3.1 document that /analytics/openapi.json serves, from the resources,
 * the SQL comments of the schema files, and real answers. `--check` writes nothing and fails if the file is not
 * current.
 */
import { resources } from "./resources.ts";
import { keepCurrent } from "./generated_file.ts";
import { createDocument } from "./openapi/document.ts";

const is_current = await keepCurrent({
  file: new URL("../packs/openapi.json", import.meta.url),
  content: `${JSON.stringify(await createDocument(resources), null, 2)}\n`,
  check: Deno.args.includes("--check"),
  remedy: "deno run -A tools/openapi.ts",
});
Deno.exit(is_current ? 0 : 1);
