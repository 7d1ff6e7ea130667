import { describe, namesGroup, type Plan, snake } from "./plan.ts";
import { limitOf } from "./resource.ts";

/** The row after the resources of all packs. */
const AFTER_RESOURCES = "| `/catalog` |";

/** The page of the API with the resource in its list of paths: below those of its pack, else below all. It says what the new resource does. */
export function withRow(page: string, plan: Plan): string {
  const { names: { pack, resource }, by } = plan;
  const lines = page.split("\n");
  const key = by === null ? "" : `\`${snake(by.name)}\`${namesGroup(plan) ? "" : " (optional)"}, `;
  const row = `| \`/${pack}/${resource}\` | ${key}\`${limitOf(plan)}=30\` | an admin, the secret key |`;
  const last = lines.findLastIndex((line) => line.startsWith(`| \`/${pack}/`));
  const place = last >= 0 ? last + 1 : lines.findIndex((line) => line.startsWith(AFTER_RESOURCES));
  if (place < 0) throw new Error(`docs/api.md has no row ${AFTER_RESOURCES}: add one for /${pack}/${resource} by hand`);
  return lines.toSpliced(place, 0, row).join("\n");
}

/** The README of the pack with the view at the end of its table of views, and the resource at the end of that of resources. */
export function withPackRows(readme: string, plan: Plan): string {
  const { names: { pack, resource, view } } = plan;
  const withView = readme.includes(`\n| \`${view}\` |`)
    ? readme
    : withRowIn(readme, "Views", `| \`${view}\` | ${describe(plan)}. |`, pack);
  return withRowIn(withView, "Resources", `| \`/${pack}/${resource}\` | ${describe(plan)} | \`${view}\` |`, pack);
}

function withRowIn(readme: string, section: string, row: string, pack: string): string {
  const lines = readme.split("\n");
  const start = lines.indexOf(`## ${section}`);
  const next = lines.findIndex((line, place) => place > start && line.startsWith("## "));
  const end = next < 0 ? lines.length : next;
  const last = lines.findLastIndex((line, place) => place > start && place < end && line.startsWith("|"));
  if (start < 0 || last < 0) {
    throw new Error(`packs/${pack}/README.md has no table below "## ${section}": add this row by hand: ${row}`);
  }
  return lines.toSpliced(last + 1, 0, row).join("\n");
}
