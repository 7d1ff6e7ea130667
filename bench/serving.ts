// deno task bench: what an answer costs, and what its alternatives cost, measured side by side in one run. Writes
// results/serving.json and .svg, the scorecard into bench/README.md, five sentences into docs/performance.md and the first of
// them into README.md. Exits 1 if a must is missed or the machine was not steady.
import { availableParallelism, cpus, loadavg } from "node:os";
import { measureColdStart } from "./serving/cold_start.ts";
import { measureConsistency } from "./serving/consistency.ts";
import { measureStampede } from "./serving/database_reads.ts";
import type { Figures } from "./serving/figures.ts";
import { measureMemory } from "./serving/memory.ts";
import { Meter } from "./serving/meter.ts";
import { type Options, parseOptions } from "./serving/options.ts";
import { measureOutages } from "./serving/outages.ts";
import { startPeers } from "./serving/peers.ts";
import { LOAD_CPU, pin } from "./serving/processors.ts";
import { asJson, asMarkdown, asPlot, judged, type Run } from "./serving/report.ts";
import { chooseRuntime } from "./serving/runtime.ts";
import { asSentence, asSentences } from "./serving/sentences.ts";
import { countRedisCalls, measureSharedCache } from "./serving/shared_cache.ts";
import { makeStage, type Stage } from "./serving/stage.ts";
import { measureThroughput } from "./serving/throughput.ts";
import { requireWrk } from "./serving/wrk.ts";

const RESULTS = new URL("./results/", import.meta.url);
const SCORECARD = new URL("README.md", import.meta.url);
const PAGE = new URL("../docs/performance.md", import.meta.url);
const README = new URL("../README.md", import.meta.url);
const MARKED = /(<!-- measured: begin -->\n)[\s\S]*(<!-- measured: end -->)/;
const OF = { deployed: ", which the platform's edge runtime is built on", tasks: "" } as const;

interface Measured {
  readonly figures: Figures;
  readonly speeds?: Run["speeds"];
  readonly costs?: Run["costs"];
  readonly doubts?: readonly string[];
}

type Part = (stage: Stage, options: Options) => Promise<Measured>;

const PARTS: Readonly<Record<string, Part>> = {
  calls: async (stage) => ({ figures: await countRedisCalls(stage) }),
  stampede: async (stage) => ({ figures: await measureStampede(stage) }),
  consistency: async (stage) => ({ figures: await measureConsistency(stage) }),
  throughput: (stage, options) => throughput(stage, options),
  redis: async (stage, options) => ({ figures: await measureSharedCache(stage, options) }),
  outages: async (stage, options) => ({ figures: await measureOutages(stage, options) }),
  cold: async (stage, options) => ({ figures: await measureColdStart(stage, options) }),
  memory: async () => ({ figures: await measureMemory() }),
};

async function throughput(stage: Stage, options: Options): Promise<Measured> {
  const meter = new Meter();
  const peers = await startPeers(stage, options, meter);
  try {
    return await measureThroughput(stage, options, { peers: peers.sides, meter });
  } finally {
    await peers.stop();
  }
}

async function measure(options: Options): Promise<Run> {
  const { version } = await chooseRuntime(options.deno);
  const processor = cpus()[0]?.model ?? "an unknown processor";
  const machine = `${processor}, ${availableParallelism()} processors, Deno ${version}${OF[options.deno]}`;
  const load = loadavg()[0] ?? 0;
  const figures: Figures = new Map();
  const speeds = new Map<string, readonly number[]>();
  const costs = new Map<string, readonly number[]>();
  const found: string[] = load > 1 ? [`The machine was busy when the run began: load ${load.toFixed(1)}.`] : [];
  const stage = await step("the product", makeStage);
  try {
    for (const [name, part] of Object.entries(PARTS)) {
      if (options.only.length > 0 && !options.only.includes(name)) continue;
      const measured = await step(name, () => part(stage, options));
      for (const [id, figure] of measured.figures) figures.set(id, figure);
      for (const [side, values] of measured.speeds ?? []) speeds.set(side, values);
      for (const [side, values] of measured.costs ?? []) costs.set(side, values);
      found.push(...measured.doubts ?? []);
    }
  } finally {
    await stage.stop();
  }
  return { options, machine, date: new Date().toISOString().slice(0, 10), figures, speeds, costs, doubts: found };
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  console.log(`${name}: ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  return result;
}

/** Replaces what stands between a page's marks. */
async function writeMeasured(page: URL, measured: string): Promise<void> {
  const text = await Deno.readTextFile(page);
  await Deno.writeTextFile(page, text.replace(MARKED, (_, begin, end) => `${begin}${measured}${end}`));
}

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  await requireWrk();
  await pin(Deno.pid, LOAD_CPU);
  const run = await measure(options);
  console.log(`\n${asMarkdown(run)}`);
  // The pages show complete runs on the deployed runtime only; a partial run, or one on another runtime, is just
  // printed.
  if (options.only.length === 0 && options.deno === "deployed") {
    await Deno.writeTextFile(new URL("serving.json", RESULTS), asJson(run));
    await Deno.writeTextFile(new URL("serving.svg", RESULTS), asPlot(run));
    await writeMeasured(SCORECARD, asMarkdown(run));
    await writeMeasured(PAGE, asSentences(run));
    await writeMeasured(README, asSentence(run));
  }
  const missed = judged(run).filter(({ verdict }) => verdict === "missed").map(({ id }) => id);
  if (missed.length > 0) console.log(`Missed: ${missed.join(", ")}`);
  Deno.exit(missed.length + run.doubts.length > 0 ? 1 : 0);
}
