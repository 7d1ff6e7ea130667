import { codeOf } from "./subject.ts";
import type { Relation } from "./catalog.ts";
import type { Sheet } from "./sheet.ts";

const SAYS_FORM = /\bincremental\s*=>/;

/** A relation of which the description, or a column, differs: made, dropped, made again, or changed in place. */
export async function planRelation(sheet: Sheet, name: string): Promise<void> {
  if (sheet.whole.has(name)) return;
  const have = sheet.have.catalog.relations.get(name);
  const want = sheet.want.catalog.relations.get(name);
  const home = sheet.home.ofRelation(name);
  if (want === undefined) {
    if (have !== undefined && have.kind !== "sequence") sheet.drop(`drop ${have.kind} ${name};`);
    sheet.whole.add(name);
    return;
  }
  if (have === undefined) {
    sheet.whole.add(name);
    sheet.copy(home);
    return;
  }
  if (changesForm(have, want)) {
    // Its registration makes the one form of the other, with the rows that it has.
    sheet.whole.add(name);
    const registrations = sheet.home.ofRow("call", [name.slice(name.indexOf(".") + 1)]);
    if (want.kind === "materialized view" && !registrations.some(({ text }) => SAYS_FORM.test(text))) {
      return void sheet.byHand.push(
        `${name}: its registration no longer says "incremental => true", which keeps its form; write "incremental => false" to make it a materialized view`,
      );
    }
    return sheet.copy(registrations);
  }
  if (mustBeRemade(have, want)) return await sheet.remake("relation", name);
  if (want.kind === "type" && have.columns.join() !== want.columns.join()) {
    sheet.byHand.push(`type ${name}: its attributes differ, (${have.columns}) and (${want.columns})`);
  }
  if (have.definition !== want.definition) sheet.copy(home.filter(({ subject }) => subject.does === "create"));
  sheet.copy(home.filter(({ subject }) => subject.does === "comment" && subject.names.includes(name)));
  if (want.hasRowSecurity && !have.hasRowSecurity) {
    sheet.copy(home.filter(({ text }) => /^alter table [\s\S]*row level security/i.test(codeOf(text))));
  }
  if (have.hasRowSecurity && !want.hasRowSecurity) sheet.change(`alter table ${name} disable row level security;`);
}

/** A registered view is a materialized view, or a table if it is incremental. */
function changesForm(have: Relation, want: Relation): boolean {
  const kinds = [have.kind, want.kind];
  return kinds.includes("materialized view") && kinds.includes("table");
}

/** A view can be replaced as long as its columns stay, and new ones come last; a materialized view never. */
function mustBeRemade(have: Relation, want: Relation): boolean {
  if (have.kind !== want.kind) return true;
  const hasChanged = have.definition !== want.definition || have.columns.join() !== want.columns.join();
  if (have.kind === "materialized view") return hasChanged;
  return have.kind === "view" && have.columns.some((column, at) => column !== want.columns[at]);
}
