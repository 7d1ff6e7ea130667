// The faults on the way from a question to its answer, counted on the whole product: how many requests met each, how many
// were answered as they must be, how many otherwise, with a value that is none of theirs, or not at all. The whole count of
// `deno task test:proofs` leaves its table in bench/proofs/read_faults.json.
import { deepEqual, ok } from "node:assert/strict";
import { e2e } from "../support/rigs/e2e.ts";
import { keepProof, proofs } from "../support/random/proofs.ts";
import type { ReadFault } from "../support/faults/read_fault.ts";
import { deploymentFaults } from "../support/faults/read_faults_deployment.ts";
import { entryFaults } from "../support/faults/read_faults_entry.ts";
import { redisFaults } from "../support/faults/read_faults_redis.ts";
import { downSourceFaults, slowSourceFaults } from "../support/faults/read_faults_source.ts";
import { ask, judge } from "../support/faults/read_judge.ts";
import { type ReadScene, startReadScene } from "../support/faults/read_scene.ts";

const SAMPLE = 4;
const count = proofs(SAMPLE, 30);
// The last two stop the database.
const faults = [...redisFaults, ...slowSourceFaults, ...entryFaults, ...deploymentFaults, ...downSourceFaults]
  .filter((fault) => count > SAMPLE || fault.is_rare !== true);

interface Counted {
  readonly fault: string;
  readonly what: string;
  /** Requests that met the fault. */
  injected: number;
  /** As they must be. */
  answered: number;
  wrong: number;
  /** No answer. */
  lost: number;
  /** An answer with rows that are not those of the question. */
  false: number;
  /** What was counted beside. */
  figures?: Readonly<Record<string, number>>;
}

let scene: ReadScene;

Deno.test.beforeAll(async () => void (scene = await startReadScene()));
Deno.test.afterAll(() => scene.stop());

async function countFault(fault: ReadFault): Promise<Counted> {
  const counted: Counted = {
    ...{ fault: fault.id, what: fault.what, injected: 0, answered: 0, wrong: 0, lost: 0, false: 0 },
  };
  const figures: Record<string, number> = {};
  await fault.run({
    scene,
    count,
    is_whole: count > SAMPLE,
    async meet(question, must, { isolate = scene.isolates.one, headers = scene.service } = {}) {
      counted.injected += 1;
      const reply = await ask(isolate, question.path, headers);
      counted[judge(reply, question, must)] += 1;
      return reply;
    },
    check(is_so) {
      counted.injected += 1;
      counted[is_so ? "answered" : "wrong"] += 1;
    },
    wrong: (answers) => void (counted.wrong += answers),
    note: (name, figure) => void (figures[name] = figure),
  });
  return Object.keys(figures).length === 0 ? counted : { ...counted, figures };
}

e2e("Whatever happens between a question and its answer, the answer is right, or says what it is", async () => {
  const table: Counted[] = [];
  for (const fault of faults) table.push(await countFault(fault));
  await keepProof("read_faults", { count, faults: table });
  for (const row of table) {
    const what = `${row.fault}, ${row.what}: ${JSON.stringify(row)}`;
    ok(row.injected > 0, what);
    deepEqual([row.answered, row.wrong, row.lost, row.false], [row.injected, 0, 0, 0], what);
  }
});
