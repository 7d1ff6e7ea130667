import assert from "node:assert/strict";
import { AppError } from "../../../shared/kernel/app_error.ts";
import type { Resource } from "../../../shared/resource/resource.ts";
import { checkRows } from "../../../shared/read/row_check.ts";
import type { Scope } from "../../../shared/access/scope.ts";
import type { SourceAnswer } from "../../../shared/read/source.ts";
import { weaknessPatterns } from "../../../shared/packs/arena/weakness_patterns.ts";
import { id, weaknessRow } from "../../support/fixtures/arena_rows.ts";

const STATE = {
  version: 1,
  refreshed_at: null,
  verified_at: null,
  source_as_of: null,
  stale_after_seconds: 60,
  populated: true,
};
const RESOURCE: Resource = weaknessPatterns;
const BY_RELATION = {
  label: "x",
  restriction: { column: "agent_id", value: "anna", relation: "agents_of_user", org: null },
};
const BY_CLAIM = { label: "x", restriction: { column: "agent_id", value: id(11), relation: null, org: null } };

function answer(over: Partial<SourceAnswer>): SourceAnswer {
  return {
    state: STATE,
    reads: {},
    denied: false,
    scope_values: [id(11)],
    rows: [{ ...weaknessRow() }],
    total_count: null,
    withheld_count: null,
    ...over,
  };
}

function defectOf(scope: Scope, over: Partial<SourceAnswer>): string {
  try {
    checkRows(RESOURCE, scope, answer(over));
    return "";
  } catch (error) {
    assert.ok(error instanceof AppError && error.code === "INTERNAL");
    return error.defect ?? "";
  }
}

Deno.test("checkRows() passes rows inside the scope", () => {
  assert.equal(defectOf(BY_RELATION, {}), "");
  assert.equal(defectOf(BY_CLAIM, {}), "");
});

Deno.test("checkRows() refuses rows that were read without their scope", () => {
  assert.match(defectOf(BY_RELATION, { scope_values: null }), /without its scope/);
  assert.match(defectOf(BY_CLAIM, { scope_values: null }), /without its scope/);
});

Deno.test("checkRows() refuses a row outside the scope, or of nobody", () => {
  const foreign = [{ ...weaknessRow() }, { ...weaknessRow({ agent_id: id(21) }) }];
  assert.match(defectOf(BY_RELATION, { rows: foreign }), /row 1 .* outside the scope by agent_id/);
  assert.match(defectOf(BY_RELATION, { rows: [{ ...weaknessRow({ agent_id: null }) }] }), /outside the scope/);
  assert.match(defectOf(BY_RELATION, { scope_values: [] }), /outside the scope/);
});

Deno.test("checkRows() refuses a row of the same person in another organisation", () => {
  const org = { column: "challenge_id", value: id(1) };
  const scope = { label: "x", restriction: { ...BY_CLAIM.restriction, org } };
  assert.equal(defectOf(scope, { rows: [{ ...weaknessRow({ challenge_id: id(1) }) }] }), "");
  assert.match(defectOf(scope, { rows: [{ ...weaknessRow({ challenge_id: id(2) }) }] }), /outside the scope/);
});

Deno.test("checkRows() goes by the verified claim, not by what the database says of it", () => {
  const swapped = { rows: [{ ...weaknessRow({ agent_id: id(21) }) }], scope_values: [id(21)] };
  assert.match(defectOf(BY_CLAIM, swapped), /outside the scope/);
});

Deno.test("checkRows() names the row and the column that do not fit, and no value", () => {
  const defect = defectOf(BY_RELATION, { rows: [{ ...weaknessRow({ avg_score: "planted", planted_column: 1 }) }] });
  assert.match(defect, /0\.avg_score: .*expected number/);
  assert.doesNotMatch(defect.replace("planted_column", ""), /planted/);
});
