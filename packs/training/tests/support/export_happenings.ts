import { deepEqual, equal } from "node:assert/strict";
import { pause } from "../../../../stack/pause.ts";
import type { EnvelopeSink } from "../../../../tests/support/fakes/envelope_sink.ts";
import type { ExportIsolate, Happening, Point } from "../../../../tests/support/rigs/export_isolate.ts";
import type { ExportScene, Whose } from "./export_scene.ts";

/** Whether the database has the function called. */
export async function drives(scene: ExportScene): Promise<boolean> {
  const [row] = await scene.product.sql`select analytics.drive_exports() as is_driven`;
  return row?.["is_driven"] === true;
}

/**
 * The next call dies at this point, or meets this fault. On a busy machine a call on the way there may be too slow; then
 * it is the one after.
 */
export async function nextCall(scene: ExportScene, point: Point, expected: number | null, tries = 4): Promise<void> {
  await scene.passTime();
  const isolate = scene.isolate(point);
  const answer = await isolate.work();
  const said = `${point.call} ${point.what}: ${answer?.status} ${await answer?.text()}`;
  if (!isolate.isReached() && answer?.status === 503 && tries > 1) {
    await scene.product.sql`
      update analytics.export_jobs set attempts_count = greatest(attempts_count - 1, 0) where finished_at is null`;
    return await nextCall(scene, point, expected, tries - 1);
  }
  deepEqual([answer?.status ?? null, isolate.isReached()], [expected, true], said);
}

/** One call after the other dies at these points. */
export async function dieAt(
  scene: ExportScene,
  points: readonly (readonly [call: string, ...Happening[]])[],
  id: string,
): Promise<void> {
  for (const [call, ...happenings] of points) {
    for (const what of happenings) {
      await nextCall(scene, { call, what }, null);
      // Five deaths in a row without progress would end it.
      await scene.product.sql`update analytics.export_jobs set attempts_count = 0 where export_id = ${id}`;
    }
  }
}

export const BOTH: readonly Happening[] = ["dies_before", "dies_after"];

/** Orders an export and lets its first call meet this fault; 202 in any case. */
export async function ordered(scene: ExportScene, point: Point, whose: Whose, tries = 4): Promise<Ordered> {
  const isolate = scene.isolate(point);
  const answer = await scene.order(isolate, whose);
  const { data } = await (answer ?? Response.error()).json();
  await workUntilReached(scene, isolate);
  // On a busy machine a call on the way there may be too slow; then it is the next order.
  if (!isolate.isReached() && tries > 1) {
    await cancelRunning(scene);
    return await ordered(scene, point, whose, tries - 1);
  }
  deepEqual([answer?.status, data?.link], [202, null], `${point.call} ${point.what}`);
  return data;
}

/** A file of many bytes is left to later calls. */
async function workUntilReached(scene: ExportScene, isolate: ExportIsolate): Promise<void> {
  for (let calls = 0; calls < 8 && !isolate.isReached(); calls += 1) await scene.step(isolate);
}

async function cancelRunning({ product: { sql } }: ExportScene): Promise<void> {
  await sql`select freshet.end_export(export_id, 'cancelled') from analytics.export_jobs where finished_at is null`;
}

export interface Ordered {
  readonly export_id: string;
  readonly state: string;
  readonly percent: number;
}

export const FAULTS = ["fails", "conflict", "hangs", "answer_lost"] as const;

/** Sends a request to the deployed function and closes the connection. */
export async function cutShort(scene: ExportScene, method: string, rest: string, path: string): Promise<void> {
  const { hostname, port } = new URL(scene.product.stack.functionUrls["export"]?.[0] ?? "");
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const text = `${method} /export${path} HTTP/1.1\r\nhost: ${hostname}\r\n${rest}`;
  await connection.write(new TextEncoder().encode(text));
  await pause(50);
  connection.close();
}

/** Where a call stands still while another takes its export over, or the caller or an erasure ends it. */
export const STILL: readonly (Point & { readonly whose: Whose })[] = [
  { call: "export_rows", what: "pauses_after", whose: "one" },
  { call: "store_export_chunk", what: "pauses_before", whose: "one" },
  { call: "put", what: "pauses_before", whose: "one" },
  { call: "put", what: "pauses_after", whose: "one" },
  { call: "finish_export", what: "pauses_before", whose: "one" },
  { call: "create", what: "pauses_after", whose: "few" },
  { call: "note_export_upload", what: "pauses_before", whose: "few" },
  { call: "append", what: "pauses_before", nth: 2, whose: "few" },
  { call: "finish_export", what: "pauses_before", whose: "few" },
];

export interface Standing {
  readonly id: string;
  readonly object_name: string;
  /** Lets the call that stands still go on to its end. */
  goOn(): Promise<void>;
}

/** The call that takes an order of this user stands still at a point. */
export async function standStill(
  scene: ExportScene,
  still: Point & { readonly whose: Whose },
  user: Record<string, string>,
  tries = 4,
): Promise<Standing> {
  const { whose, ...point } = still;
  const isolate = scene.isolate(point);
  let id: string | null = null;
  const asked = scene.order(isolate, whose, user).then(async (answer) => {
    id = (await answer?.json())?.data?.export_id ?? null;
    await workUntilReached(scene, isolate);
    return answer;
  });
  const is_early = await Promise.race([isolate.reached().then(() => false), asked.then(() => true)]);
  if (is_early) {
    if (tries === 1) throw new Error(`${point.call} was not called: ${(await asked)?.status}`);
    await cancelRunning(scene);
    return await standStill(scene, still, user, tries - 1);
  }
  const { export_id, object_name } = id === null ? await scene.newest() : await scene.row(id);
  return {
    id: export_id,
    object_name,
    async goOn() {
      isolate.resume();
      await asked;
    },
  };
}

/** Calls the audit, and returns the kinds and transitions of the events about exports that it sent. */
export async function audited(scene: ExportScene, sink: EnvelopeSink): Promise<string[]> {
  const { stack } = scene.product;
  const before = sink.events().length;
  const answer = await fetch(`${stack.origin}/functions/v1/cron-audit`, {
    method: "POST",
    headers: { apikey: stack.keys.cronKey },
    body: "{}",
  });
  equal(answer.status, 200, await answer.text());
  const tags = sink.events().slice(before).map((event) => event["tags"] as Readonly<Record<string, string>>);
  return tags.filter(({ kind, job }) => kind === "answer_failed" || job === "drive-exports")
    .map(({ kind, transition }) => `${kind} ${transition}`).sort();
}

/** Runs the command of the job as the runbook says, and waits until its call was answered; returns the status. */
export async function driveByHand(scene: ExportScene): Promise<number> {
  const { sql } = scene.product;
  await scene.passTime();
  const [job] = await sql`select command from cron.job where jobname = 'drive-exports'`;
  await sql.unsafe(String(job?.["command"]));
  for (let looks = 0; looks < 400; looks += 1) {
    const [call] = await sql`
      select r.status_code from analytics.http_calls as c join net._http_response as r on r.id = c.request_id
      where c.call_id = (select max(call_id) from analytics.http_calls where function_name = 'export')`;
    if (call !== undefined) return Number(call["status_code"]);
    await pause(50);
  }
  throw new Error("the call of the function was not answered within 20 s");
}
