// deno task bench:refresh: what it makes of the times that it measured.
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { parseOptions } from "../../bench/refresh/options.ts";
import { asMarkdown, judged } from "../../bench/refresh/report.ts";
import { plantText, SHAPES } from "../../bench/refresh/shapes.ts";
import type { Measured } from "../../bench/refresh/targets.ts";

const times = {
  refresh: [20, 30, 25],
  refreshOfTenth: [20, 15, 25],
  nothing: [2, 1, 3],
  whole: [1_000, 1_000, 1_000],
  wholeOfTenth: [100],
  materialized: [2_000, 2_000, 2_000],
};
const measured: Measured = {
  growth: SHAPES.map(({ name, what }) => ({ shape: name, what, groups: 100, ...times })),
  audit: 0.02,
  writes: [
    { rows: 1, keys: [100], note: [95], bare: [50] },
    { rows: 100, keys: [100], note: [95], bare: [60] },
    { rows: 1_000, keys: [100], note: [95], bare: [80] },
  ],
  waits: 0,
  faults: 0,
  reads: { idle: [2, 4], refreshing: [3, 5], timeouts: 0 },
};

function reached(one: Measured): Record<string, string> {
  return Object.fromEntries(
    judged(one).map(({ id, figure, verdict }) => [id, `${Math.round(figure.value * 1_000) / 1_000} ${verdict}`]),
  );
}

Deno.test("the bench of refreshes compares within each round and judges each figure by its must and its stretch", () => {
  deepEqual(reached(measured), {
    // 2.5 % of a whole refresh in the median of 2, 3 and 2.5.
    "P13 plain": "2.5 must",
    "P13 pinned": "2.5 must",
    "P13 unpinned": "2.5 stretch",
    "P14": "0.2 must",
    // The rounds' ratios are 1, 2 and 1.
    "P15 plain": "0 stretch",
    "P15 pinned": "0 stretch",
    "P15 unpinned": "0 stretch",
    "P16": "0.02 stretch",
    // One row is compared with noted changes, more with no trigger at all.
    "P17 1 row": "0.95 stretch",
    "P17 100 rows": "0.6 missed",
    "P17 1,000 rows": "0.8 must",
    "P18": "0 stretch",
    "P19": "0 stretch",
    "P21": "1.375 must",
    "P21 timeouts": "0 stretch",
  });
});

Deno.test("a refresh that grows with history, a fault and a figure that is missing are missed", () => {
  const grown = measured.growth.map((one) => ({
    ...one,
    refreshOfTenth: one.refresh.map((milliseconds) => milliseconds / 10),
  }));
  const [first, ...others] = reachedOf({ ...measured, growth: grown.slice(1), faults: 1, audit: NaN });
  equal(first, "P13 plain");
  deepEqual(others, ["P15 plain", "P15 pinned", "P15 unpinned", "P16", "P17 100 rows", "P19"]);
});

function reachedOf(one: Measured): string[] {
  return judged(one).filter(({ verdict }) => verdict === "missed").map(({ id }) => id);
}

Deno.test("the page of the bench names what was missed and what was not measured", () => {
  const page = asMarkdown({
    options: { rows: 1_000_000, rounds: 3, seconds: 1 },
    machine: "a machine",
    date: "2026-11-30",
    commit: "abc",
    load: 0.5,
    measured: { ...measured, audit: NaN },
  });
  match(page, /\| P17 100 rows \|.*\| 0\.6 \| ≥ 0\.7 \| ≥ 0\.8 \| \*\*missed\*\* \|/);
  match(page, /\| P16 \|.*\| not measured/);
  // 1 %, 1.5 % and 1.25 % of the same view when it is materialized.
  match(page, /\| not partitioned \| 100 \| 25 \| 20 \| 2 \| 1000 \| 100 \| 2000 \| 1\.25 % \|/);
});

Deno.test("the bench of refreshes refuses an option that it does not know, and fewer rows than a tenth of which has groups", () => {
  deepEqual(parseOptions(["--rows", "52000", "--rounds", "2"]), { rows: 52_000, rounds: 2, seconds: 3 });
  throws(() => parseOptions(["--row", "52000"]), /"--row 52000" was not understood/);
  throws(() => parseOptions(["--rows", "1000"]), /--rows 1000 is too few/);
});

Deno.test("each group of a source has its row at the place where the bench writes", () => {
  // As plantText() numbers them: 52 days and 52 members for the 5,200 rows of an organisation.
  ok(plantText("bench_plain", 5_200).includes("r / 5200, (r % 5200) / 52 % 52"));
  for (const { name, rowOf } of SHAPES) {
    const groups = Array.from({ length: 104 }, (_, group) => rowOf(Math.floor(group / 52), group % 52)).map((row) => {
      const org = Math.floor(row / 5_200);
      return name === "unpinned" ? `${org} ${Math.floor(row % 5_200 / 52) % 52}` : `${org} ${row % 52}`;
    });
    equal(new Set(groups).size, 104, name);
  }
});
