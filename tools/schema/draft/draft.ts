import type postgres from "postgres";
import { describeDatabase, differences } from "../describe.ts";
import type { Placed } from "../load.ts";
import { applySteps, type Step } from "./apply.ts";
import { areaOf } from "./area_of.ts";
import { readCatalog } from "./catalog.ts";
import { Home, type Homed } from "./home.ts";
import { isGenerated, viewOfDefinition } from "./generated.ts";
import { plan } from "./plan.ts";
import { asUpsert } from "./rows.ts";
import { Sheet, type Side } from "./sheet.ts";
import { withReplace } from "./subject.ts";

export interface Draft {
  readonly steps: readonly Step[];
  /** The differences that could not be drafted, one line each. */
  readonly byHand: readonly string[];
  /** What the equality test would say after the draft; of the area that was asked for. */
  readonly missing: readonly string[];
  /** Areas that have changes of their own. */
  readonly otherAreas: readonly string[];
}

export interface Question {
  readonly area: string;
  /** A database as the schema files make it, and the statements that made it. */
  readonly want: Side;
  readonly placed: readonly Placed[];
  /** Files of supabase/migrations with their texts, in order. */
  readonly migrations: ReadonlyMap<string, string>;
}

/** A round may undo what the previous one made: a view that is created again loses its policy, for example. */
const ROUNDS = 4;

/** Reads both sides of a comparison. */
export async function readSide(sql: postgres.ISql): Promise<Side> {
  return { description: await describeDatabase(sql), catalog: await readCatalog(sql) };
}

/** Drafts what leads from the database of the migrations to that of the schema files, and applies it to the first. */
export async function draftMigration(sql: postgres.TransactionSql, question: Question): Promise<Draft> {
  const home = new Home(question.placed);
  const steps: Step[] = [];
  const byHand = new Set<string>();
  const area = (name: string) => areaOf(home, question.migrations, name);
  const isAsked = (name: string) => area(name) === question.area;
  // A function body may name an object that a later statement creates.
  await sql`set local check_function_bodies = off`;
  for (let round = 0; round < ROUNDS; round += 1) {
    const have = await readSide(sql);
    const names = differing(have, question.want);
    const sheet = new Sheet(sql, have, question.want, home);
    await plan(sheet, names.filter(isAsked));
    for (const line of sheet.byHand) byHand.add(line);
    if (sheet.isEmpty) break;
    const applied = await applySheet(sql, sheet);
    steps.push(...applied.done);
    for (const line of applied.failed) byHand.add(line);
    if (applied.done.length === 0) break;
  }
  const after = await describeDatabase(sql);
  // Of what a registration makes, the query alone says which view differs.
  const differs = differences(after, question.want.description).filter((line) =>
    !isGenerated(nameOf(line)) || viewOfDefinition(nameOf(line)) !== null
  );
  const missing = differs.filter((line) => isAsked(nameOf(line)));
  // Looked at last: what comes with a table, such as the index of its key, has no statement that names its area.
  const others = new Set(differs.map((line) => area(nameOf(line))).filter((name) => name !== question.area));
  return { steps, byHand: [...byHand], missing, otherAreas: [...others].sort() };
}

/** Drops come first; one that cannot be yet, because of what is replaced later, comes last. */
async function applySheet(sql: postgres.TransactionSql, sheet: Sheet): Promise<{ done: Step[]; failed: string[] }> {
  const done: Step[] = [];
  let left: readonly { readonly step: Step; readonly error: string }[] = [];
  const own = (statements: readonly string[]): Step[] => statements.map((text) => ({ text, path: null }));
  const copies = sheet.copies.map((one) => ({ text: textOf(sheet, one), path: one.path }));
  for (const steps of [own(sheet.drops), own(sheet.changes), copies]) {
    const applied = await applySteps(sql, [...steps, ...left.map(({ step }) => step)]);
    done.push(...applied.done);
    left = applied.failed;
  }
  return { done, failed: left.map(({ step, error }) => `${step.text.split("\n")[0]} (${error})`) };
}

function textOf(sheet: Sheet, { text, subject }: Homed): string {
  if (subject.does === "insert") return asUpsert(text);
  if (subject.does !== "create") return text;
  const [name = ""] = subject.names;
  const { relations, functions } = sheet.have.catalog;
  const stays = (exists: boolean, key: string) => exists && !sheet.whole.has(key);
  if (subject.kind === "view" && stays(relations.has(name), name)) return withReplace(text);
  if (subject.kind === "function" || subject.kind === "procedure") {
    const overloads = [...functions.keys()].filter((signature) =>
      signature.startsWith(`${name.replace(/^public\./, "")}(`)
    );
    return overloads.some((signature) => stays(true, signature)) ? withReplace(text) : text;
  }
  const trigger = `trigger ${subject.on}.${name}`;
  return subject.kind === "trigger" && sheet.have.description.has(trigger) && !sheet.whole.has(subject.on ?? "")
    ? withReplace(text)
    : text;
}

function differing(have: Side, want: Side): string[] {
  const names = new Set([...have.description.keys(), ...want.description.keys()]);
  return [...names].filter((name) => have.description.get(name) !== want.description.get(name)).sort();
}

/** Of a line of differences(): "! relation analytics.views" and what follows. */
function nameOf(line: string): string {
  return (line.split("\n")[0] ?? "").slice(2);
}
