// What the pages say was measured is what the last run of the bench measured.
import { equal, ok } from "node:assert/strict";
import type { Figure } from "../../bench/serving/figures.ts";
import { asMarkdown, type Run } from "../../bench/serving/report.ts";
import { asSentence, asSentences } from "../../bench/serving/sentences.ts";
import { readDocument } from "../support/documents/documents.ts";

/** The last run, from its results. */
async function lastRun(): Promise<Run> {
  const results = JSON.parse(await readDocument("bench/results/serving.json"));
  return {
    ...results,
    figures: new Map(results.targets.map((figure: Figure & { id: string }) => [figure.id, figure])),
    speeds: new Map(Object.entries(results.requests_per_second)),
    costs: new Map(Object.entries(results.processor_us)),
  };
}

async function measuredIn(document: string): Promise<string> {
  const [, measured = ""] =
    /<!-- measured: begin -->\n([\s\S]*)<!-- measured: end -->/.exec(await readDocument(document)) ?? [];
  return measured;
}

Deno.test("docs/performance.md says five figures of the last run, in sentences and without its codes", async () => {
  const sentences = asSentences(await lastRun());
  equal(await measuredIn("docs/performance.md"), sentences);
  equal(sentences.match(/^- /gm)?.length, 5);
  ok(sentences.split("\n").every((line) => line.length <= 100), sentences);
  ok(!/NaN|\bP\d/.test(sentences), sentences);
});

Deno.test("README.md says the first of them", async () => {
  equal(await measuredIn("README.md"), asSentence(await lastRun()));
});

Deno.test("the scorecard in bench/README.md has each figure of the last run", async () => {
  const shown = (await measuredIn("bench/README.md")).split("\n").filter((line) => /^\| P\d/.test(line));
  const expected = asMarkdown(await lastRun()).split("\n").filter((line) => /^\| P\d/.test(line));
  equal(shown.join("\n"), expected.join("\n"));
});

Deno.test("a figure that was not measured is no sentence", () => {
  equal(asSentences({ figures: new Map(), speeds: new Map() }), "");
});
