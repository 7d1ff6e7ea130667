import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { parseArguments } from "../../stack/arguments.ts";
import { type FunctionsPart, startFunctions } from "../../stack/functions/mod.ts";
import { pause } from "../../stack/pause.ts";

const FUNCTION =
  'import { word } from "../../../shared/word.ts";\nexport default { fetch: () => new Response(word) };\n';

/** What the function says, asked until it says something else than before: at most some seconds. */
async function saidAfter(functions: FunctionsPart, before: string): Promise<string> {
  const url = functions.urls["echo"]?.[0] ?? "";
  for (let patience = 0; patience < 200; patience += 1) {
    const said = await fetch(url).then((response) => response.text()).catch(() => before);
    if (said !== before) return said;
    await pause(50);
  }
  return before;
}

Deno.test("functions that are watched answer with what was saved, also after one save that does not compile", async () => {
  const projectFolder = await Deno.makeTempDir();
  const shared = join(projectFolder, "shared");
  const folder = join(projectFolder, "supabase/functions/echo");
  await Deno.mkdir(shared);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(projectFolder, "supabase/config.toml"), "");
  await Deno.writeTextFile(join(folder, "deno.json"), "{}");
  await Deno.writeTextFile(join(folder, "index.ts"), FUNCTION);
  const say = (word: string) => Deno.writeTextFile(join(shared, "word.ts"), word);
  await say('export const word = "first";\n');
  const logFolder = join(projectFolder, "logs");
  const functions = await startFunctions({ projectFolder, logFolder, environment: {}, watch: true });
  try {
    match(functions.detail, /; watched$/);
    equal(await saidAfter(functions, ""), "first");
    await say('export const word = "second";\n');
    equal(await saidAfter(functions, "first"), "second");
    await say("export const word = ;\n");
    await pause(1_000);
    await say('export const word = "third";\n');
    equal(await saidAfter(functions, "second"), "third");
  } finally {
    await functions.stop();
    await Deno.remove(projectFolder, { recursive: true });
  }
});

Deno.test("start watches where it is told to, and nowhere else", () => {
  equal(parseArguments(["start", "--watch"], () => undefined).watch, true);
  equal(parseArguments(["start"], () => undefined).watch, false);
});
