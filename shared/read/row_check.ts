import { z } from "zod";
import { internalError } from "../kernel/app_error.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import type { Scope } from "../access/scope.ts";
import type { SourceAnswer } from "./source.ts";

export type Row = Readonly<Record<string, unknown>>;

/**
 * The last check before rows are sent: their shape, and that each is in the caller's scope. A row outside the scope means
 * that the WHERE failed, so no row at all is sent.
 *
 * @throws AppError INTERNAL. The defect names rows and columns, never a value.
 */
export function checkRows(
  resource: Resource,
  scope: Scope,
  answer: Pick<SourceAnswer, "rows" | "scope_values">,
): readonly Row[] {
  checkOwnership(resource, scope, answer);
  const checked = z.array(resource.row).safeParse(answer.rows);
  if (!checked.success) {
    const faults = checked.error.issues.slice(0, 3).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw internalError(`rows of ${resource.view} do not fit ${fullName(resource)}: ${faults.join("; ")}`);
  }
  return checked.data;
}

function checkOwnership(
  resource: Resource,
  scope: Scope,
  answer: Pick<SourceAnswer, "rows" | "scope_values">,
): void {
  if (scope.restriction === null) return;
  const { column, value, relation, org } = scope.restriction;
  if (answer.scope_values === null) throw internalError(`${resource.view} was read without its scope`);
  const allowed = new Set(relation === null ? [value] : answer.scope_values);
  const is_foreign = (row: Row) =>
    typeof row[column] !== "string" || !allowed.has(row[column]) || (org !== null && row[org.column] !== org.value);
  const foreign = answer.rows.findIndex(is_foreign);
  if (foreign >= 0) throw internalError(`row ${foreign} of ${resource.view} is outside the scope by ${column}`);
}
