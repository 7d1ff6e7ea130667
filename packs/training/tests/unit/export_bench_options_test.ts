import { deepEqual, equal, throws } from "node:assert/strict";
import { parseOptions } from "../../bench/exports/options.ts";

const namesOf = (...args: string[]) => parseOptions(args).cases.map(({ name }) => name);

Deno.test("the bench of exports runs the cases that --only names, and no other whose name is alike", () => {
  deepEqual(namesOf("--only", "csv-gzip"), ["csv, gzip"]);
  deepEqual(namesOf("--only", "wide-ndjson,csv"), ["csv", "wide rows, ndjson"]);
  equal(namesOf().length, 5);
  throws(() => parseOptions(["--only", "csv-gzip,gzip"]), /no case gzip: give csv, csv-gzip/);
});

Deno.test("the bench of exports writes down what was measured over as many rows as the limits are for", () => {
  equal(parseOptions(["--only", "csv-gzip"]).is_kept, true);
  equal(parseOptions(["--rows", "260000", "--only", "csv-gzip"]).is_kept, false);
  equal(parseOptions(["--rows", "260000", "--only", "wide-csv-gzip"]).is_kept, true);
  throws(() => parseOptions(["--rows", "many"]), /"--rows many" was not understood/);
});
