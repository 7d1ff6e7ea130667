// The order of docs/deploy.md, and what people make of it: migrations, slots that fail for want of secrets, secrets, slots whose
// calls find no function, functions, first passes. None of it is news. What goes on being wrong afterwards is.
import assert from "node:assert/strict";
import { examine } from "../../tools/doctor/examine.ts";
import { exitCode } from "../../tools/doctor/report.ts";
import { proofs } from "../support/random/proofs.ts";
import { type Deployment, startDeployment } from "../support/rigs/first_deployment.ts";

let deployment: Deployment;
Deno.test.beforeAll(async () => {
  deployment = await startDeployment();
});
Deno.test.afterAll(() => deployment.stop());

function test(name: string, body: () => Promise<void>): void {
  // Parts of the stack live longer than one test.
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

type Step = "secrets" | "functions" | "refresh" | "pass by hand" | "pass without DSN";

interface Walk {
  readonly steps: readonly Step[];
  /** How much later the next step is taken, a slot of all jobs between the two; none: within one slot. */
  readonly gap: string | "none";
}

const WALKS: readonly Walk[] = [
  // In every run: each step, each step first, and gaps from none to days.
  { steps: ["secrets", "functions", "refresh"], gap: "30 hours" },
  { steps: ["functions", "pass by hand", "secrets"], gap: "none" },
  { steps: ["refresh", "functions", "secrets"], gap: "2 days" },
  { steps: ["secrets", "functions", "pass without DSN"], gap: "5 minutes" },
  // The page's own order, in a hurry, at leisure, and over weeks.
  { steps: ["secrets", "functions", "refresh"], gap: "1 minute" },
  { steps: ["secrets", "functions", "refresh"], gap: "5 minutes" },
  { steps: ["secrets", "functions"], gap: "3 hours" },
  { steps: ["secrets", "functions", "refresh"], gap: "20 days" },
  // Others.
  { steps: ["functions", "secrets", "refresh"], gap: "5 minutes" },
  { steps: ["secrets", "functions", "pass by hand", "refresh"], gap: "5 minutes" },
];

async function take(step: Step): Promise<void> {
  if (step === "secrets") await deployment.putSecrets();
  if (step === "functions") deployment.deployFunctions();
  if (step === "refresh") await deployment.refreshByHand();
  if (step === "pass by hand") await deployment.auditByHand();
  if (step === "pass without DSN") await deployment.auditWithoutDsn();
}

const NOTHING = { events: [], outbox: [], incidents: [] };

for (const { steps, gap } of WALKS.slice(0, proofs(4, WALKS.length))) {
  test(`A first deployment (${["migrations", ...steps].join(", ")}; ${gap} between them) tells nothing`, async () => {
    await deployment.justMigrated();
    await deployment.tick();
    for (const step of steps) {
      // Where passes are made, slots come every five minutes.
      if (gap !== "none") {
        await deployment.wait(await deployment.isAudited() ? "5 minutes" : gap);
        await deployment.tick();
      }
      await take(step);
      assert.deepEqual(await deployment.told(), NOTHING, `after ${step}`);
    }
    // The next three slots, of which the first is the first pass.
    for (const slot of ["first", "second", "third"]) {
      await deployment.wait("5 minutes");
      await deployment.tick();
      assert.deepEqual(await deployment.told(), NOTHING, `in the ${slot} slot`);
      assert.equal((await deployment.health()).status, "ok", `in the ${slot} slot`);
      const examination = await examine(deployment.product.stack.databaseUrl);
      assert.equal(
        exitCode(examination),
        0,
        `the doctor, in the ${slot} slot: ${JSON.stringify(examination.findings)}`,
      );
    }
    assert.ok(deployment.sink.checkIns().every(({ status }) => status === "ok"));
  });
}

test("Health is unknown until the first pass and says what it waits for, and ok with that pass", async () => {
  const { health, ...d } = deployment;
  await d.justMigrated();
  await d.tick();
  await d.refreshByHand();
  // The read function is up before the audit's own: so health can be asked.
  d.deployFunctions(["analytics"]);
  const first = await health();
  assert.deepEqual([first.code, first.status], [503, "unknown"]);
  assert.deepEqual(first.reasons, [
    "audit: no audit has run yet: project_url is missing in Vault",
  ]);

  await d.putSecrets();
  assert.deepEqual((await health()).reasons, [
    "audit: no audit has run yet: job analytics-cron-audit makes the first within five minutes",
  ]);
  for (let slot = 0; slot < 2; slot += 1) {
    await d.wait("5 minutes");
    await d.tick();
  }
  const [reason] = (await health()).reasons;
  assert.match(
    reason ?? "",
    /no audit has run yet: the call of \d\d:\d\d UTC was answered 404, so cron-audit was not deployed/,
  );

  d.deployFunctions();
  assert.equal((await health()).status, "unknown");
  await d.wait("5 minutes");
  await d.run("analytics-cron-audit");
  assert.deepEqual(await health(), { code: 200, status: "ok", reasons: [] });
});
