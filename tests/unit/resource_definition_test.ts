import assert from "node:assert/strict";
import { defineResource } from "../../shared/core/resource.ts";
import { laneDistributions } from "../../shared/packs/arena/lane_distributions.ts";

const GOOD = { ...laneDistributions, params: laneDistributions.params.shape, columns: laneDistributions.row.shape };

const FAULTS: readonly (readonly [string, object, RegExp])[] = [
  ["a name with capitals", { name: "LaneDistributions" }, /words joined by hyphens/],
  ["a pack that is no folder", { pack: "../arena" }, /the pack is lower case/],
  ["a view with a schema", { view: "analytics.mv_x" }, /no plain view name/],
  ["a filter on an unknown parameter", { filters: [{ param: "x", column: "lane_key", op: "eq" }] }, /parameter "x"/],
  ["no order", { order: [] }, /without an order/],
  ["an order by an unknown column", { order: [{ column: "x", direction: "asc" }] }, /ordered by "x"/],
  ["a limit of nothing", { limit: 0 }, /limit/],
  ["a limit by an unknown parameter", { limit: { param: "weeks" } }, /limit/],
  ["access by a column that is not served", { access: { scope: "user", column: "x", relation: null } }, /goes by "x"/],
  ["a parameter named format", { params: { format: GOOD.params.challenge_id }, filters: [] }, /"format"/],
  ["no JSON", { formats: ["csv"] }, /serves "json"/],
  ["no reuse bound", { max_age_seconds: 0 }, /max_age_seconds/],
];

for (const [what, over, message] of FAULTS) {
  Deno.test(`defineResource() refuses ${what}`, () => {
    assert.throws(() => defineResource({ ...GOOD, ...over }), message);
  });
}
