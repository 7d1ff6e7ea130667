import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { runInChromium } from "./chromium_page.ts";
import { type InstalledPackage, installPackage } from "./installed_package.ts";
import { EXPECTED, startScenarioProject } from "./scenario_project.ts";
import { tryTracker } from "./tracker_steps.ts";

/** Writes a file into the empty project. */
async function write(installed: InstalledPackage, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${installed.folder}/${name}`, text);
}

/** A program for Node and Deno that runs the scenario and prints what it comes back with. */
const program = (given: unknown) => `
import { createClient } from "@supabase/supabase-js";
import * as client from "freshet-client";
import { scenario } from "./scenario.js";

console.log(JSON.stringify(await scenario(client, { ...${JSON.stringify(given)}, createClient })));
(globalThis.Deno ?? process).exit(0);
`;

type Run = (installed: InstalledPackage, given: unknown) => Promise<unknown>;

const RUNTIMES: Readonly<Record<string, Run>> = {
  async Node(installed, given) {
    await write(installed, "main.js", program(given));
    return JSON.parse(await installed.run("node", "main.js"));
  },
  async Deno(installed, given) {
    await write(installed, "main.js", program(given));
    return JSON.parse(await installed.run(Deno.execPath(), "run", "-A", "--node-modules-dir=manual", "main.js"));
  },
  "Chromium, from another origin,": runInChromium,
};

/** The code blocks of a document, in order. */
async function blocksOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}

/** What tsc says of modules, in the strictest way; empty when they compile. */
async function compile(installed: InstalledPackage, names: readonly string[], flags: readonly string[] = []) {
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", ...flags]
    .concat(["--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable"]);
  const tsc = `${installed.folder}/node_modules/typescript/bin/tsc`;
  return await installed.run("node", tsc, ...strict, ...names).catch((error: Error) => error.message);
}

async function weigh(installed: InstalledPackage, source: string): Promise<{ text: string; bytes: number }> {
  await write(installed, "entry.js", source);
  const text = await installed.run(
    Deno.execPath(),
    "bundle",
    "--quiet",
    "--minify",
    "--platform",
    "browser",
    "entry.js",
  );
  return { text, bytes: gzipSync(text, { level: 9 }).length };
}

Deno.test("the packed client, installed into an empty project", async (test) => {
  const installed = await installPackage();
  try {
    await write(installed, "scenario.js", await Deno.readTextFile(new URL("./scenario.js", import.meta.url)));
    for (const [runtime, run] of Object.entries(RUNTIMES)) {
      await test.step(`in ${runtime} reads, pages, confirms, waits, fails and aborts`, async () => {
        const project = await startScenarioProject();
        try {
          assert.deepEqual(await run(installed, project.given), EXPECTED);
        } finally {
          await project.stop();
        }
      });
    }

    await test.step("its tracker in Chromium", async (step) => {
      await tryTracker(step, `${installed.folder}/node_modules/freshet-client`);
    });

    await test.step("every example of docs/client.md compiles, in the strictest way", async () => {
      const blocks = await blocksOf("docs/client.md");
      assert.ok(blocks.length >= 8);
      const names = blocks.map((_block, index) => `example_${index}.mts`);
      await Promise.all(blocks.map((block, index) => write(installed, names[index] ?? "", block)));
      // The declarations of supabase-js name Node's types, which an application need not have.
      assert.equal(await compile(installed, names, ["--skipLibCheck"]), "");
    });

    await test.step("what the API would refuse does not compile, and its declarations do", async () => {
      const refused = [
        "freshet.arena.laneDistributions();",
        "freshet.arena.laneDistributions({ challenge_id: 7 });",
        'freshet.arena.laneDistributions({ challenge: "…" });',
        'freshet.arena.weaknessPatterns({ agent_id: "…", category: "strong" });',
        'freshet.get("arena/nothing");',
        "freshet.arena.timeToFirstWin.pages();",
        "freshet.qbank.heatmapMatrix.rows();",
        "freshet.engagement.summaryStats({ limit: 1 });",
        "(await freshet.arena.timeToFirstWin()).data[0]?.p50;",
        'tracker.track({ event_type: "opened" });',
        'tracker.track({ event_type: "material_open" });',
        'tracker.track({ event_type: "topic_view", topic_id: "…", progress_rate: 1 });',
        'tracker.questionAttempt({ question_id: "…", topic_id: "…", selected_answer: "A" });',
        'tracker.track({ event_type: "review_start", properties: { answers: { first: "A" } } });',
        'createTracker({ url: "", key: "", token: () => Promise.resolve("…") });',
      ];
      const head = [
        'import { createFreshet, createTracker } from "freshet-client";',
        'const freshet = createFreshet({ url: "", key: "" });',
        'const tracker = createTracker({ url: "", key: "", token: () => null });',
      ];
      await write(installed, "refused.mts", [...head, ...refused, "export {};", ""].join("\n"));
      const said = await compile(installed, ["refused.mts"]);
      const places = [...said.matchAll(/^(.*)\((\d+),\d+\): error/gm)].map(([, file, line]) => `${file}:${line}`);
      assert.deepEqual(
        [...new Set(places)],
        refused.map((_line, index) => `refused.mts:${head.length + 1 + index}`),
        said,
      );
    });

    await test.step("it weighs less than 5 KB with gzip, its tracker less than 4, and what is not used is left out", async () => {
      const whole = await weigh(installed, 'export * from "freshet-client";');
      assert.match(whole.text, /laneDistributions/);
      assert.match(whole.text, /track_batch/);
      const reader = await weigh(installed, 'export { createFreshet, FreshetError } from "freshet-client";');
      assert.ok(reader.bytes < 5_000, `${reader.bytes} bytes`);
      assert.doesNotMatch(reader.text, /track_batch|visibilitychange|localStorage/);
      const tracker = await weigh(installed, 'export { createTracker } from "freshet-client";');
      assert.ok(tracker.bytes < 4_000, `${tracker.bytes} bytes`);
      assert.doesNotMatch(tracker.text, /laneDistributions|functions\/v1/);
      const one = await weigh(installed, 'export { createBareClient, qbank } from "freshet-client";');
      assert.doesNotMatch(one.text, /laneDistributions|active-learning-days/);
      assert.match(one.text, /heatmapMatrix/);
      const error = await weigh(installed, 'export { FreshetError } from "freshet-client";');
      assert.ok(error.bytes < 400, `${error.bytes} bytes`);
      assert.doesNotMatch(whole.text, /\bDeno\b|\bprocess\b|node:|zod/);
      const client_page = await Deno.readTextFile(new URL("../../docs/client.md", import.meta.url));
      const told_sizes = [[/weighs ([\d.]+) KB/, reader.bytes], [/is ([\d.]+) KB of its own/, tracker.bytes]] as const;
      for (const [sentence, bytes] of told_sizes) {
        const told = sentence.exec(client_page)?.[1];
        assert.ok(
          Math.abs(Number(told) - bytes / 1_000) < 0.1,
          `docs/client.md says ${told} KB, and it is ${bytes} bytes`,
        );
      }
      const weights = [
        `${reader.bytes} bytes to read`,
        `${tracker.bytes} to track`,
        `${one.bytes} with one pack`,
        `${error.bytes} the error alone`,
      ];
      console.log(`gzip: ${weights.join(", ")}`);
    });
  } finally {
    await installed.remove();
  }
});
