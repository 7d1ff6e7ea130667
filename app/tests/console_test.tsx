import { deepEqual, equal, match } from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { createElement } from "react";
import type { OpsJob, OpsRunMark } from "../../shared/client/mod.ts";
import { RunTimeline } from "../charts/run_timeline.tsx";
import { Sparkline } from "../charts/sparkline.tsx";
import { markOf, oddities, troubleFirst } from "../ops/jobs/standing.ts";
import { untilOf } from "../ops/jobs/mute_dialog.tsx";
import { AgeBar, ageStanding } from "../ops/parts/age_bar.tsx";
import { whoOf } from "../ops/parts/who.ts";

const chart = {
  name: "Runs of a job",
  summary: "Four runs.",
  numbers: { columns: ["Started", "Status"], rows: [["10:00", "failed"]] },
  spoken: (index: number) => `run ${index}`,
};

Deno.test("each state of a run has a shape of its own: none is told apart by its colour alone", () => {
  const states = ["succeeded", "failed", "running"] as const;
  const html = renderToString(
    createElement(RunTimeline, { ...chart, slots: 30, runs: states.map((state) => ({ state, duration_ms: 5 })) }),
  );
  const shapes = states.map((state) => {
    const [, inner = ""] = new RegExp(`<g class="run ${state}">(.*?)</g>`).exec(html) ?? [];
    return inner.replace(/<path[^>]*class="run-bars"[^>]*>(?:<\/path>)?/, "").replaceAll(/-?[\d.]+/g, "");
  });
  equal(new Set(shapes).size, 3, shapes.join("\n"));
});

Deno.test("a timeline and a sparkline are figures with a name, a slider and their numbers, as every chart is", () => {
  const spark = { ...chart, points: [{ label: "a", value: 3 }, { label: "b", value: null, is_bad: true }] };
  for (
    const html of [
      renderToString(createElement(RunTimeline, { ...chart, slots: 30, runs: [{ state: "failed", duration_ms: 5 }] })),
      renderToString(createElement(Sparkline, spark)),
    ]
  ) {
    const [, id] = /<figure aria-labelledby="([^"]+)" class="chart compact">/.exec(html) ?? [];
    match(html, new RegExp(`id="${id}"[^>]*>Runs of a job<`));
    match(html, /role="slider" tabindex="0"/);
    match(html, /<details><summary>Numbers<span class="sr-only">of Runs of a job/);
  }
});

const run = (status: OpsRunMark["status"], duration_ms: number | null) =>
  markOf({ runid: 1, started_at: null, status, duration_ms });

Deno.test("a run that has not ended is no success, whatever pg_cron calls it", () => {
  deepEqual(["starting", "connecting", "sending", "running"].map((status) => run(status as "running", 12).state), [
    "running",
    "running",
    "running",
    "running",
  ]);
  deepEqual(run("running", 12), { state: "running", duration_ms: null });
  deepEqual([run("succeeded", 12), run("failed", 3)], [
    { state: "succeeded", duration_ms: 12 },
    { state: "failed", duration_ms: 3 },
  ]);
});

function job(name: string, more: Partial<OpsJob> = {}): OpsJob {
  const nothing = {
    view: null,
    late_after_seconds: null,
    max_runtime_seconds: null,
    failure_threshold: null,
    recovery_threshold: null,
    severity: null,
    muted_until: null,
    mute: null,
    paused_until: null,
    declared_at: null,
    next_slot_at: null,
    missed_slot_at: null,
    last_run: null,
    p50_ms: null,
    p95_ms: null,
  };
  return {
    ...nothing,
    job: name,
    jobid: 1,
    is_declared: true,
    scheduled_count: 1,
    is_active: true,
    is_as_declared: true,
    schedule: "* * * * *",
    owner: "postgres",
    database: "postgres",
    recent_runs: [],
    open_incidents: [],
    ...more,
  };
}

const incident = (kind: string, severity: string) => ({
  open_incidents: [{ incident_id: 1, kind, severity, opened_at: "2026-11-30T10:00:00Z" }],
});

Deno.test("the worst trouble comes first, then a failed run without an incident, then names", () => {
  const failed = { recent_runs: [{ runid: 1, status: "failed", started_at: null, duration_ms: 1 }] } as const;
  const jobs = [
    job("b"),
    job("a"),
    job("c", failed),
    job("d", incident("edited", "warning")),
    job("e", incident("blind", "fatal")),
    job("f", incident("undeclared", "info")),
  ];
  deepEqual(jobs.toSorted(troubleFirst).map((one) => one.job), ["e", "d", "f", "c", "a", "b"]);
});

Deno.test("what is unusual about a job is said once: not again beside the incident that says it", () => {
  deepEqual(oddities(job("a")), []);
  deepEqual(oddities(job("a", { is_declared: false })), ["undeclared"]);
  deepEqual(oddities(job("a", { is_declared: false, ...incident("undeclared", "info") })), []);
  deepEqual(oddities(job("a", { scheduled_count: 0, is_active: false, is_as_declared: false })), ["not scheduled"]);
  deepEqual(oddities(job("a", { is_active: false, is_as_declared: false, scheduled_count: 2 })), [
    "scheduled 2 times",
    "switched off",
    "not as declared",
  ]);
});

Deno.test("a mute ends after the hours that were chosen, or at a moment that is UTC wherever the reader is", () => {
  const now = Date.parse("2026-11-30T10:00:00Z");
  equal(untilOf("4", "", now).toISOString(), "2026-11-30T14:00:00.000Z");
  equal(untilOf("", "2026-12-01T08:30", now).toISOString(), "2026-12-01T08:30:00.000Z");
});

Deno.test("an age against its objective is said in words beside the bar; one that was never is stale", () => {
  deepEqual([10, 85, 100, 101, null].map((age) => ageStanding(age, 100)), ["fresh", "due", "due", "stale", "stale"]);
  match(renderToString(createElement(AgeBar, { age: 2_830, objective: 900 })), /47 min <span[^>]*>of 15 min/);
  match(renderToString(createElement(AgeBar, { age: null, objective: 900 })), /never/);
});

Deno.test("who did it is the person, or the secret key", () => {
  equal(whoOf({ operator_kind: "user", operator_id: "u1" }), "u1");
  equal(whoOf({ operator_kind: "secret_key", operator_id: null }), "the secret key");
});
