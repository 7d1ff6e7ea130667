// Parts of relations that stay: columns and constraints from the catalog, the rest as the schema files have it.
import { lastPart } from "./subject.ts";
import { withSchema } from "./home.ts";
import type { Sheet } from "./sheet.ts";

/** "analytics.views.pack" is the part pack of analytics.views. */
export function partOf(rest: string): { readonly relation: string; readonly part: string } {
  const at = rest.lastIndexOf(".");
  return { relation: rest.slice(0, at), part: rest.slice(at + 1) };
}

/** Of an index only its definition says where it stands. */
export function relationOfIndex(definition: string): string {
  return withSchema(/ ON (?:ONLY )?(\S+) /.exec(definition)?.[1] ?? "");
}

export function planColumn(sheet: Sheet, rest: string): void {
  const { relation, part } = partOf(rest);
  const owner = sheet.want.catalog.relations.get(relation);
  if (sheet.whole.has(relation) || owner === undefined || owner.isPartition) return;
  const comments = sheet.home.ofPart("column", relation, part);
  const have = sheet.have.catalog.columns.get(rest);
  const want = sheet.want.catalog.columns.get(rest);
  if (owner.kind === "table" && want === undefined) return sheet.change(`alter table ${relation} drop column ${part};`);
  sheet.copy(comments);
  if (owner.kind !== "table" || want === undefined) return;
  if (have === undefined) return sheet.change(`alter table ${relation} add column ${want.definition};`);
  if (have.definition === want.definition) {
    if (comments.length === 0) sheet.change(`comment on column ${rest} is null;`);
    return;
  }
  const alter = `alter table ${relation} alter column ${part}`;
  if (have.isStored || want.isStored) {
    return void sheet.byHand.push(`column ${rest}: "${have.definition}" becomes "${want.definition}"`);
  }
  if (have.type !== want.type) sheet.change(`${alter} type ${want.type} using ${part}::${want.type};`);
  if (have.fallback !== want.fallback) {
    sheet.change(want.fallback === null ? `${alter} drop default;` : `${alter} set default ${want.fallback};`);
  }
  if (have.isNotNull !== want.isNotNull) sheet.change(`${alter} ${want.isNotNull ? "set" : "drop"} not null;`);
}

export function planConstraint(sheet: Sheet, rest: string): void {
  const { relation, part } = partOf(rest);
  const owner = sheet.want.catalog.relations.get(relation);
  if (sheet.whole.has(relation) || owner === undefined || owner.isPartition) return;
  const want = sheet.want.catalog.constraints.get(rest);
  if (sheet.have.catalog.constraints.has(rest)) {
    sheet.change(`alter table ${relation} drop constraint if exists ${part};`);
  }
  if (want !== undefined) sheet.change(`alter table ${relation} add constraint ${part} ${want};`);
}

export function planIndex(sheet: Sheet, rest: string): void {
  const key = `index ${rest}`;
  const have = sheet.have.description.get(key);
  const want = sheet.want.description.get(key);
  const relation = relationOfIndex(want ?? have ?? "");
  const isDerived = sheet.have.catalog.derived.has(key) || sheet.want.catalog.derived.has(key);
  if (sheet.whole.has(relation) || isDerived) return;
  if (have !== undefined) sheet.change(`drop index if exists ${withSchema(rest)};`);
  if (want !== undefined) sheet.copy(sheet.home.ofPart("index", relation, lastPart(rest)));
}

export function planStatistics(sheet: Sheet, rest: string): void {
  const key = `statistics ${rest}`;
  const have = sheet.have.description.get(key);
  const want = sheet.want.description.get(key);
  const relation = withSchema(/ FROM (\S+)$/.exec(want ?? have ?? "")?.[1] ?? "");
  if (sheet.whole.has(relation)) return;
  if (have !== undefined) sheet.change(`drop statistics if exists ${rest};`);
  if (want !== undefined) sheet.copy(sheet.home.ofPart("statistics", relation, lastPart(rest)));
}

/** A trigger that no file makes was made by a registration, and changes with it. */
export function planTrigger(sheet: Sheet, rest: string): void {
  const { relation, part } = partOf(rest);
  const key = `trigger ${rest}`;
  if (sheet.whole.has(relation) || sheet.have.catalog.derived.has(key) || sheet.want.catalog.derived.has(key)) return;
  if (sheet.want.description.has(key)) sheet.copy(sheet.home.ofPart("trigger", relation, part));
  else sheet.change(`drop trigger if exists ${part} on ${relation};`);
}

export function planPolicy(sheet: Sheet, rest: string): void {
  const { relation, part } = partOf(rest);
  const key = `policy ${rest}`;
  if (sheet.whole.has(relation)) return;
  if (sheet.have.description.has(key)) sheet.change(`drop policy if exists ${part} on ${relation};`);
  if (sheet.want.description.has(key)) sheet.copy(sheet.home.ofPart("policy", relation, part));
}
