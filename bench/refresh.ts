// deno task bench:refresh: does the cost of a refresh follow the change, and not the history? Three shapes of sources with
// incremental views, each beside the same view refreshed as a whole and beside a tenth of its history. Writes
// results/refresh.json, .md and .svg, then counts the cached answers that survive a write. Exits 1 if a must is missed. With
// fewer than a million rows it only shows the figures of the first part.
import { availableParallelism, cpus, loadavg } from "node:os";
import { measureRounds } from "./audit_growth/measure.ts";
import { makeStage as makeAuditStage } from "./audit_growth/stage.ts";
import { measureGrowth } from "./refresh/growth.ts";
import { KEPT_FROM, type Options, parseOptions } from "./refresh/options.ts";
import { measureReads } from "./refresh/readers.ts";
import { asJson, asMarkdown, asPlot, judged, type Run } from "./refresh/report.ts";
import { makeStage } from "./refresh/stage.ts";
import { keepAll } from "./surviving_answers.ts";
import type { Measured } from "./refresh/targets.ts";
import { countWaits, measureWrites } from "./refresh/writers.ts";
import { commitOfProject } from "../tools/test/proof_results.ts";

const RESULTS = new URL("./results/", import.meta.url);
/** Rounds of the audit's passes, which are short. */
const AUDIT_ROUNDS = 20;

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  const began = performance.now();
  const run: Run = {
    options,
    machine: `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} processors`,
    date: new Date().toISOString().slice(0, 10),
    commit: await commitOfProject(),
    load: loadavg()[0] ?? NaN,
    measured: await measure(options),
  };
  console.log(asMarkdown(run));
  console.log(`${Math.round((performance.now() - began) / 1_000)} s`);
  if (options.rows >= KEPT_FROM) {
    await Deno.mkdir(RESULTS, { recursive: true });
    await Deno.writeTextFile(new URL("refresh.json", RESULTS), asJson(run));
    await Deno.writeTextFile(new URL("refresh.md", RESULTS), asMarkdown(run));
    await Deno.writeTextFile(new URL("refresh.svg", RESULTS), asPlot(run));
    const is_missed = judged(run.measured).some(({ verdict }) => verdict === "missed");
    if (!await keepAll() || is_missed) Deno.exit(1);
  }
}

async function measure({ rows, rounds, seconds }: Options): Promise<Measured> {
  const say = (line: string) => console.log(line);
  const stage = await makeStage(rows, say);
  let measured: Omit<Measured, "audit">;
  try {
    say("refreshes");
    const growth = await measureGrowth(stage, rounds);
    say("writes");
    const writes = await measureWrites(stage, rounds);
    const waits = await countWaits(stage, seconds);
    say("reads");
    const reads = await measureReads(stage, { rounds, seconds });
    say("comparing all rows");
    let faults = 0;
    for (const place of stage.places) faults += await place.faults();
    measured = { growth, writes, waits, reads, faults };
  } finally {
    await stage.stop();
  }
  say("audit passes");
  return { ...measured, audit: await auditExponent(rows) };
}

async function auditExponent(rows: number): Promise<number> {
  const stages = [];
  try {
    for (const count of [Math.floor(rows / 10), rows]) stages.push(await makeAuditStage(count));
    const [small, large] = stages;
    if (small === undefined || large === undefined) throw new Error("a stage is missing");
    const [pass] = await measureRounds({ small, large, rounds: AUDIT_ROUNDS });
    return pass?.exponent ?? NaN;
  } finally {
    for (const stage of stages) await stage.stop();
  }
}
