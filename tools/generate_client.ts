/**
 * Writes the client's types of the resources, as plain TypeScript without zod, and the test that compares them with the
 * schemas. `--check` writes nothing and fails if one of the files is not current.
 */
import { ERROR_STATUS } from "../shared/kernel/app_error.ts";
import { samplePack } from "../tests/support/sample_pack/mod.ts";
import { resources } from "./resources.ts";
import { boundsSource, packsSource, problemCodeSource, resourcesSource } from "./client/client_source.ts";
import { sampleSource } from "./client/sample_source.ts";
import { typesTestSource } from "./client/types_test_source.ts";
import { keepCurrent } from "./generated_file.ts";
import { readComments } from "./openapi/column_comments.ts";

const check = Deno.args.includes("--check");
const remedy = "deno run -A tools/generate_client.ts";
const files = [
  { path: "../shared/client/problem_code.ts", content: problemCodeSource(Object.keys(ERROR_STATUS)) },
  { path: "../shared/client/resources.ts", content: resourcesSource(resources, await readComments()) },
  { path: "../shared/client/packs.ts", content: packsSource(resources) },
  { path: "../shared/client/bounds.ts", content: boundsSource(resources) },
  { path: "../tests/support/sample_pack/client.ts", content: sampleSource(samplePack) },
  { path: "../tests/contract/client_types_test.ts", content: typesTestSource(resources) },
];
const results = files.map(async ({ path, content }) => {
  const file = new URL(path, import.meta.url);
  return await keepCurrent({ file, content: await formatted(content), check, remedy });
});
Deno.exit((await Promise.all(results)).every(Boolean) ? 0 : 1);

/** Formats a source with `deno fmt`, so that formatting the tree does not make the file out of date. */
async function formatted(source: string): Promise<string> {
  const args = ["fmt", "--quiet", "--ext", "ts", "-"];
  const process = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stdout } = await process.output();
  if (!success) throw new Error("deno fmt refused the generated source");
  return new TextDecoder().decode(stdout);
}
