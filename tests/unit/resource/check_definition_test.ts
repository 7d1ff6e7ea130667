import assert from "node:assert/strict";
import { defineResource, parameter } from "../../../shared/resource/resource.ts";
import { heatmap } from "../../support/sample_pack/heatmap.ts";
import { heatmapMatrix } from "../../support/sample_pack/heatmap_matrix.ts";
import { laneDistributions } from "../../support/sample_pack/lane_distributions.ts";

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
  ["answers confined to nobody's rows", { confined: true }, /confined to the rows of one organisation or person/],
  ["access by a column that is not served", { access: { scope: "user", column: "x", relation: null } }, /goes by "x"/],
  [
    "members by a column that is not served",
    { access: { scope: "member", org: "org_id", column: null, rows: { admin: "org" } } },
    /goes by "org_id"/,
  ],
  [
    "people's rows without a column of the person",
    { access: { scope: "member", org: "challenge_id", column: null, rows: { trainee: "own" } } },
    /no column of the person/,
  ],
  [
    "a relation whose changes would not be seen",
    { access: { scope: "member", org: "challenge_id", column: "lane_key", rows: { manager: "people_of_manager" } } },
    /"people_of_manager" .* among reads/,
  ],
  [
    "a person's rows without the parameter that names another",
    { access: { scope: "person", column: "lane_key", param: "x", relation: "people_of_tutor" } },
    /named by "x", which is not among params/,
  ],
  [
    "a person who has to be named",
    {
      filters: [],
      access: { scope: "person", column: "lane_key", param: "challenge_id", relation: "people_of_tutor" },
    },
    /"challenge_id" names another person, so it is optional/,
  ],
  [
    "a filter by the person who is named",
    {
      params: { ...GOOD.params, who: parameter.subject().optional() },
      filters: [{ param: "who", column: "lane_key", op: "eq" }],
      access: { scope: "person", column: "lane_key", param: "who", relation: "people_of_tutor" },
    },
    /access decides by it, and a filter must not/,
  ],
  [
    "a person whose name has a default",
    {
      params: { ...GOOD.params, who: parameter.subject().default("anna") },
      access: { scope: "person", column: "lane_key", param: "who", relation: "people_of_tutor" },
    },
    /"who" names another person, so it is optional/,
  ],
  [
    "a person's relation that is no name",
    {
      params: { ...GOOD.params, who: parameter.subject().optional() },
      access: { scope: "person", column: "lane_key", param: "who", relation: "x(1)" },
    },
    /the relation "x\(1\)" is no plain name/,
  ],
  [
    "a person by a column that is not served",
    {
      params: { ...GOOD.params, who: parameter.subject().optional() },
      access: { scope: "person", column: "x", param: "who", relation: "people_of_tutor" },
    },
    /goes by "x"/,
  ],
  [
    "members of no role",
    { access: { scope: "member", org: "challenge_id", column: null, rows: {} } },
    /names no role/,
  ],
  [
    "a minimum sample that excepts a role of nobody's",
    {
      access: { scope: "member", org: "challenge_id", column: null, rows: { admin: "org" } },
      minimum_sample: { column: "sample_count", at_least: 5, except: ["owner"] },
    },
    /excepts the role "owner"/,
  ],
  ["a list by a column that is not served", { listed: { column: "x", in: "dim_orgs" } }, /lists by "x"/],
  [
    "a list whose changes would not be seen",
    { listed: { column: "challenge_id", in: "dim_orgs" } },
    /"dim_orgs" .* among reads/,
  ],
  ["something that it reads twice", { reads: ["mv_x", "mv_x"] }, /twice/],
  ["names by a view with a schema", { through: "analytics.named_x" }, /through "analytics.named_x"/],
  ["names beside a reading", { through: "named_x", reading: "x" }, /stands beside a reading/],
  ["a count that nobody can ask for", { total: "count" }, /"count" asks/],
  ["a parameter named format", { params: { format: GOOD.params.challenge_id }, filters: [] }, /"format"/],
  ["no JSON", { formats: ["csv"] }, /serves "json"/],
  ["no reuse bound", { max_age_seconds: 0 }, /max_age_seconds/],
];

for (const [what, over, message] of FAULTS) {
  Deno.test(`defineResource() refuses ${what}`, () => {
    assert.throws(() => defineResource({ ...GOOD, ...over }), message);
  });
}

const PAGED = { ...heatmap, params: heatmap.params.shape, columns: heatmap.row.shape };
const BY = (column: string, direction: "asc" | "desc" = "asc") => ({ column, direction });

const PAGING_FAULTS: readonly (readonly [string, object, RegExp])[] = [
  ["a cursor that is no parameter", { cursor: "page" }, /"page", which is not among params/],
  ["pages without a length to choose", { limit: 10 }, /length of a page is a parameter/],
  ["pages that are reversed", { shown: "reversed" }, /reversed one by one/],
  ["pages in an order that goes both ways", { order: [BY("week_start"), BY("question_id", "desc")] }, /goes one way/],
  ["pages by a fraction", { order: [BY("accuracy_rate")] }, /paged by "accuracy_rate"/],
  ["pages by what may be null", { order: [BY("median_duration_ms")] }, /paged by "median_duration_ms"/],
];

for (const [what, over, message] of PAGING_FAULTS) {
  Deno.test(`defineResource() refuses ${what}`, () => {
    assert.throws(() => defineResource({ ...PAGED, ...over }), message);
  });
}

Deno.test("defineResource() refuses a pivot that loses a column, or shows one twice", () => {
  const { pivot } = heatmapMatrix;
  assert.ok(pivot !== undefined);
  const definition = { ...heatmapMatrix, params: heatmapMatrix.params.shape, columns: heatmapMatrix.row.shape };
  for (const cells of [pivot.cells.slice(1), [...pivot.cells, "topic"], [...pivot.cells.slice(1), "nowhere"]]) {
    assert.throws(() => defineResource({ ...definition, pivot: { ...pivot, cells } }), /every column exactly once/);
  }
});
