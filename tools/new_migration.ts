/**
 * deno task new:migration <area> <what>: drafts a migration from the changes in an area's schema files, and prints the
 * differences that remain after the draft.
 */
import { readCommandWords } from "../stack/command_words.ts";
import { installNpmParts } from "../stack/npm_parts.ts";
import { messageOf } from "../stack/stack_error.ts";
import { askForDraft, parseWanted, readMigrations, type Wanted } from "./schema/draft/ask.ts";
import { careful, migrationText } from "./schema/draft/text.ts";
import { projectFolder } from "./pack_folders.ts";
import { nextMigrationNumber } from "./schema/migration_number.ts";

/** Writes the draft, if there is something to draft. @returns the lines to print */
export async function newMigration(wanted: Wanted, root: string, progress: (line: string) => void): Promise<string[]> {
  const draft = await askForDraft(wanted.area, root, progress);
  const elsewhere = draft.otherAreas.map((area) =>
    `Schema files of ${area} have changes too: deno task new:migration ${area} <what>`
  );
  const text = migrationText(draft);
  if (text === null) {
    return [
      `The migrations make what the schema files of ${wanted.area} say: nothing to draft, nothing written`,
      ...elsewhere,
    ];
  }
  const number = nextMigrationNumber([...(await readMigrations(root)).keys()], new Date());
  const path = `supabase/migrations/${number}_${wanted.area}__${wanted.what}.sql`;
  await Deno.writeTextFile(`${root}${path}`, text, { createNew: true });
  return [
    `Wrote ${path}: ${draft.steps.length} statements`,
    ...careful(draft).map((line) => `Careful: ${line}`),
    ...draft.byHand.map((line) => `By hand: ${line}`),
    ...(draft.missing.length === 0 ? ["With it the migrations make what the schema files say"] : [
      "What still differs, - only by the migrations, + only by the schema files, ! both:",
      ...draft.missing.map((line) => `  ${line}`),
    ]),
    ...elsewhere,
  ];
}

if (import.meta.main) {
  try {
    const { positionals, unknown } = readCommandWords(Deno.args, {});
    const wanted = await parseWanted(unknown === null ? positionals : [], projectFolder);
    await installNpmParts(console.error);
    const lines = await newMigration(wanted, projectFolder, (line) => console.error(`… ${line}`));
    console.log(lines.join("\n"));
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
