import { isGenerated } from "./generated.ts";
import { grantsMore, revokes } from "./privileges.ts";
import { planColumn, planConstraint, planIndex, planPolicy, planStatistics, planTrigger } from "./parts.ts";
import { planQueries } from "./queries.ts";
import { planRelation } from "./relations.ts";
import { makersOf, removalOf, rowName } from "./rows.ts";
import type { Routine } from "./catalog.ts";
import type { Sheet, Side } from "./sheet.ts";

/** Fills the sheet with what makes these things as the schema files have them: names as in a description. */
export async function plan(sheet: Sheet, names: readonly string[]): Promise<void> {
  const things = names.filter((name) => !isGenerated(name)).map(thingOf);
  // What is made or dropped as a whole is known before its parts are looked at.
  await planQueries(sheet, names);
  for (const { kind, rest } of things) {
    if (kind === "relation") await planRelation(sheet, rest);
    if (kind === "columns" && sheet.want.catalog.relations.get(rest)?.kind !== "table") await planRelation(sheet, rest);
    if (kind === "function") await planFunction(sheet, rest);
  }
  const places = new Map([...sheet.want.catalog.columns.keys()].map((name, at) => [name, at]));
  const place = ({ rest }: { readonly rest: string }) => places.get(rest) ?? -1;
  // New columns are added in the order of the table.
  for (const { kind, rest } of things.toSorted((a, b) => place(a) - place(b))) PARTS[kind]?.(sheet, rest);
}

/** "column analytics.views.pack" is a column. */
export function thingOf(name: string): { readonly kind: string; readonly rest: string } {
  const at = name.indexOf(" ");
  return { kind: name.slice(0, at), rest: name.slice(at + 1) };
}

const PARTS: Readonly<Record<string, (sheet: Sheet, rest: string) => void>> = {
  column: planColumn,
  constraint: planConstraint,
  index: planIndex,
  statistics: planStatistics,
  trigger: planTrigger,
  policy: planPolicy,
  privileges: planPrivileges,
  enum: planEnum,
  schema: (sheet, name) => sheet.copy(sheet.home.ofNamed("schema", name)),
  role: (sheet, name) => sheet.copy(sheet.home.ofNamed("role", name)),
  row: planRow,
};

async function planFunction(sheet: Sheet, signature: string): Promise<void> {
  if (sheet.whole.has(signature)) return;
  const have = sheet.have.catalog.functions.get(signature);
  const want = sheet.want.catalog.functions.get(signature);
  const home = sheet.home.ofFunction(signature);
  if (want === undefined) {
    sheet.whole.add(signature);
    return sheet.drop(`drop ${have?.kind ?? "function"} ${signature};`);
  }
  if (have === undefined) {
    sheet.whole.add(signature);
    return sheet.copy(home);
  }
  // PostgreSQL replaces a body, not the names of arguments or what a function answers.
  if (have.face !== want.face) return await sheet.remake("function", signature);
  if (have.definition !== want.definition) {
    sheet.copy(home.filter(({ subject: { does } }) => does === "create" || does === "alter"));
  }
  const comment = (side: Side, { definition }: Routine) =>
    side.description.get(`function ${signature}`)?.slice(definition.length);
  if (comment(sheet.have, have) === comment(sheet.want, want)) return;
  const comments = home.filter(({ subject: { does } }) => does === "comment");
  sheet.copy(comments);
  if (comments.length === 0) sheet.change(`comment on ${want.kind} ${signature} is null;`);
}

function planPrivileges(sheet: Sheet, target: string): void {
  if (sheet.whole.has(target)) return;
  const have = sheet.have.description.get(`privileges ${target}`);
  const want = sheet.want.description.get(`privileges ${target}`);
  if (have === undefined || want === undefined) return;
  const routine = sheet.have.catalog.functions.get(target);
  const word = routine?.kind ?? (sheet.have.catalog.relations.get(target)?.kind === "sequence" ? "sequence" : "table");
  for (const statement of revokes(`${word} ${target}`, have, want)) sheet.change(statement);
  const home = routine === undefined ? sheet.home.ofRelation(target) : sheet.home.ofFunction(target);
  if (grantsMore(have, want)) sheet.copy(home.filter(({ subject }) => subject.does === "privilege"));
}

function planEnum(sheet: Sheet, type: string): void {
  const have = sheet.have.description.get(`enum ${type}`)?.split(", ");
  const want = sheet.want.description.get(`enum ${type}`)?.split(", ");
  if (want === undefined) return sheet.drop(`drop type ${type};`);
  if (have === undefined) return sheet.copy(sheet.home.ofRelation(type));
  if (have.some((label) => !want.includes(label))) {
    return void sheet.byHand.push(`enum ${type}: a label is gone or has another name, ${have} and ${want}`);
  }
  want.forEach((label, at) => {
    const before = want[at - 1];
    const place = before === undefined ? ` before '${have[0]}'` : ` after '${before}'`;
    if (!have.includes(label)) sheet.change(`alter type ${type} add value '${label}'${place};`);
  });
}

function planRow(sheet: Sheet, rest: string): void {
  const name = rowName(rest);
  const isWanted = sheet.want.description.has(`row ${rest}`);
  // A view that lost a source, or is incremental no longer, is registered as the files say.
  const isPartOfView = /(?:view_sources|incremental_views)$/.test(name.table);
  const isOfView = isPartOfView && sheet.want.description.has(`row analytics.views ${name.words[0]}`);
  if (!isWanted && !isOfView) return sheet.change(removalOf(sheet.want.catalog, name));
  const makers = makersOf(sheet.home, name);
  if (makers.length === 0) sheet.byHand.push(`row ${rest}: no statement of the schema files has its name as a string`);
  if (!isWanted && makers.length > 0 && !isPartOfView) {
    sheet.change(removalOf(sheet.want.catalog, name));
  }
  sheet.copy(makers);
}
