import { spread } from "../tools/pack_folders.ts";

/**
 * The variables that functions of packs read, by name, each with a sentence that says what it is for: the constant
 * `VARIABLES` of packs/<pack>/functions/variables.ts.
 */
export async function packVariables(): Promise<Readonly<Record<string, string>>> {
  const files = await spread(["packs/*/functions/variables.ts"]);
  const modules: readonly { readonly VARIABLES: Readonly<Record<string, string>> }[] = await Promise.all(
    files.map((file) => import(new URL(`../${file}`, import.meta.url).href)),
  );
  return Object.assign({}, ...modules.map(({ VARIABLES }) => VARIABLES));
}
