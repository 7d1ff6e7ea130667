import { spread } from "../tools/pack_folders.ts";

type Texts = Readonly<Record<string, string>>;

/** What packs/<pack>/functions/variables.ts exports, of all packs together. */
export interface PackVariables {
  /** `VARIABLES`: what functions of packs read, by name, each with a sentence that says what it is for. */
  readonly sentences: Texts;
  /** `LOCAL_VALUES`, where a pack has them: what the functions get on a developer's machine. */
  readonly local_values: Texts;
}

export async function packVariables(): Promise<PackVariables> {
  const files = await spread(["packs/*/functions/variables.ts"]);
  const modules: readonly { readonly VARIABLES: Texts; readonly LOCAL_VALUES?: Texts }[] = await Promise.all(
    files.map((file) => import(new URL(`../${file}`, import.meta.url).href)),
  );
  return {
    sentences: Object.assign({}, ...modules.map(({ VARIABLES }) => VARIABLES)),
    local_values: Object.assign({}, ...modules.map(({ LOCAL_VALUES }) => LOCAL_VALUES ?? {})),
  };
}
