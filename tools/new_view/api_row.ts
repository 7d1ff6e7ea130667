import type { NewView } from "./names.ts";

/** The row after the resources of all packs. */
const AFTER_RESOURCES = "| `/catalog` |";

/** The page of the API with the resource in its list of paths: below those of its pack, else below all. It says what the new resource does. */
export function withRow(page: string, { pack, resource }: NewView): string {
  const lines = page.split("\n");
  const row = `| \`/${pack}/${resource}\` | \`challenge_id\`, \`days=30\` | any key or token |`;
  const last = lines.findLastIndex((line) => line.startsWith(`| \`/${pack}/`));
  const place = last >= 0 ? last + 1 : lines.findIndex((line) => line.startsWith(AFTER_RESOURCES));
  if (place < 0) throw new Error(`docs/api.md has no row ${AFTER_RESOURCES}: add one for /${pack}/${resource} by hand`);
  return lines.toSpliced(place, 0, row).join("\n");
}

/** The README of the pack with the resource at the end of its table of resources. */
export function withPackRow(readme: string, { pack, resource, view }: NewView): string {
  const lines = readme.split("\n");
  const last = lines.findLastIndex((line) => line.startsWith(`| \`/${pack}/`));
  if (last < 0) {
    throw new Error(`packs/${pack}/README.md has no table of resources: add a row for /${pack}/${resource} by hand`);
  }
  const row =
    `| \`/${pack}/${resource}\` | Scored submissions of one challenge by UTC day, oldest first | \`${view}\` |`;
  return lines.toSpliced(last + 1, 0, row).join("\n");
}
