import assert from "node:assert/strict";
import { chooseFormat } from "../../../../shared/http/request/negotiation.ts";
import { laneDistributions } from "../../../../shared/packs/arena/lane_distributions.ts";

function chosen(accept: string | null, format?: string): string {
  try {
    return chooseFormat(laneDistributions, { accept, format });
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "?";
  }
}

const CASES: readonly (readonly [string | null, string])[] = [
  [null, "json"],
  ["*/*", "json"],
  ["application/json", "json"],
  ["text/csv", "csv"],
  ["TEXT/CSV; charset=utf-8", "csv"],
  ["text/*", "csv"],
  ["text/csv, application/json", "json"],
  ["text/csv, application/json;q=0.9", "csv"],
  ["application/json;q=0.1, text/csv;q=0.2", "csv"],
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"],
  ["text/csv;q=0, */*", "json"],
  ["application/json;q=0, */*", "csv"],
  ["application/json;q=high", "NOT_ACCEPTABLE"],
  ["application/xml", "NOT_ACCEPTABLE"],
  ["", "NOT_ACCEPTABLE"],
];

for (const [accept, format] of CASES) {
  Deno.test(`Accept: ${accept ?? "(none)"} is answered with ${format}`, () => assert.equal(chosen(accept), format));
}

Deno.test("?format= decides over Accept, and an unknown one is refused", () => {
  assert.equal(chosen("application/json", "csv"), "csv");
  assert.equal(chosen("application/xml", "json"), "json");
  assert.equal(chosen("*/*", "xml"), "BAD_REQUEST");
  assert.equal(chosen("*/*", ""), "BAD_REQUEST");
});
