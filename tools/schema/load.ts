import type postgres from "postgres";
import { messageOf } from "../../stack/stack_error.ts";
import type { SchemaFile } from "./areas.ts";
import { splitStatements, type Statement, type Step, STEPS } from "./statements.ts";

/** A statement of a file, with its place in the order that worked. */
export interface Placed {
  readonly area: string;
  readonly path: string;
  readonly text: string;
  readonly step: Step;
}

interface Unit {
  readonly area: string;
  readonly path: string;
  readonly statements: readonly Statement[];
}

/**
 * Makes every object of the files in an empty database, then their rows and registrations. A file that fails because it
 * needs another one is tried again after the others, so nothing in a file says when it has to be loaded.
 * @returns the statements in an order that works from the first to the last
 * @throws when a round makes nothing, with every file that is left and its error
 */
export async function loadSchema(sql: postgres.Sql, files: readonly SchemaFile[]): Promise<Placed[]> {
  return await sql.begin((transaction) => loadSchemaWithin(transaction, files)) as Placed[];
}

/** The same in a transaction of the caller, which may take it back. */
export async function loadSchemaWithin(
  transaction: postgres.TransactionSql,
  files: readonly SchemaFile[],
): Promise<Placed[]> {
  const units = files.map(({ area, path, sql }) => ({ area, path, statements: splitStatements(sql) }));
  // A function body may name objects that do not exist yet.
  await transaction`set local check_function_bodies = off`;
  const placed: Placed[] = [];
  for (const { area, step } of stages([...new Set(files.map((file) => file.area))])) {
    placed.push(...await loadUnits(transaction, unitsOf(units.filter((unit) => unit.area === area), step)));
  }
  return placed;
}

/** Area by area, except that the rows of core wait for the audit, to which a job is declared. */
function stages(areas: readonly string[]): { readonly area: string; readonly step: Step }[] {
  const whole = areas.flatMap((area) => STEPS.map((step) => ({ area, step })));
  const late = whole.findIndex(({ area, step }) => area === "audit" && step === "row");
  const row = whole.find(({ area, step }) => area === "core" && step === "row");
  if (row === undefined || late < 0) return whole;
  return [...whole.slice(0, late).filter((stage) => stage !== row), row, ...whole.slice(late)];
}

/** The statements of one object belong together; rows and policies are tried one by one. */
function unitsOf(units: readonly Unit[], step: Step): Unit[] {
  return units.flatMap((unit) => {
    const statements = unit.statements.filter((one) => one.step === step);
    return step === "object" ? [{ ...unit, statements }] : statements.map((one) => ({ ...unit, statements: [one] }));
  });
}

async function loadUnits(sql: postgres.TransactionSql, units: readonly Unit[]): Promise<Placed[]> {
  const placed: Placed[] = [];
  let waiting = units.filter(({ statements }) => statements.length > 0);
  while (waiting.length > 0) {
    const failed: { readonly unit: Unit; readonly error: unknown }[] = [];
    for (const unit of waiting) {
      try {
        await sql.savepoint((inner) => inner.unsafe(unit.statements.map(({ text }) => text).join("\n\n")));
        placed.push(...unit.statements.map((one) => ({ area: unit.area, path: unit.path, ...one })));
      } catch (error) {
        failed.push({ unit, error });
      }
    }
    if (failed.length === waiting.length) throw new Error(complaint(failed));
    waiting = failed.map(({ unit }) => unit);
  }
  return placed;
}

function complaint(failed: readonly { readonly unit: Unit; readonly error: unknown }[]): string {
  const lines = failed.map(({ unit, error }) => `  ${unit.path}: ${messageOf(error)}`);
  return `${failed.length} schema files cannot be loaded, in whatever order:\n${lines.join("\n")}`;
}
