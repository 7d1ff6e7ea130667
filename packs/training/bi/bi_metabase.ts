// deno task bi:metabase: loads the questions of packs/training/bi/metabase and their dashboards into a Metabase,
// through its API. It reads no database: Metabase does, as reporting_user.
import { createMetabase } from "./loader/api.ts";
import { parseArguments, usage } from "./loader/arguments.ts";
import { load } from "./loader/load.ts";
import { MetabaseError } from "./loader/metabase_error.ts";
import { type Question, readQuestion } from "./loader/question.ts";

const folder = new URL("./metabase/", import.meta.url);

/** The questions, in the order of their file names. */
export async function readQuestions(): Promise<Question[]> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".sql")).sort();
  return await Promise.all(names.map(async (name) => readQuestion(await Deno.readTextFile(new URL(name, folder)))));
}

async function main(args: readonly string[]): Promise<void> {
  const asked = parseArguments(args);
  if (asked === null) return console.log(usage);
  const key = Deno.env.get("METABASE_API_KEY");
  if (!key) {
    throw new MetabaseError(
      "METABASE_API_KEY is not set",
      "make an API key in Metabase's admin settings and export it",
    );
  }
  const { cards, dashboards } = await load(createMetabase({ url: asked.url, key }), asked, await readQuestions());
  console.log(`✓ ${cards} questions in the collection "${asked.collection}"`);
  for (const { name, id } of dashboards) console.log(`✓ ${name}: ${asked.url}/dashboard/${id}`);
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(error instanceof MetabaseError ? `✗ ${error.message}` : error);
    Deno.exit(1);
  }
}
