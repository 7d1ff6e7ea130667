import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { storeSecrets } from "../../../../stack/database.ts";
import { functionEnvironment } from "../../../../stack/function_environment.ts";
import { type ExportIsolate, type Point, startExportIsolate } from "../../../../tests/support/rigs/export_isolate.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { registry } from "../../../registry.ts";

const RESOURCE = "training/attempts";
export const EXPORT_ORG = "00000000-0000-4000-8000-0000000000e1";

/** Attempts by person: of `few` and of all together the file is too large for one request. */
const ATTEMPTS = { one: 300, few: 7_500, many: 12_500 } as const;
export type Whose = keyof typeof ATTEMPTS;

export interface ExportRow {
  readonly export_id: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly object_name: string;
  readonly attempts_count: number;
}

/** The product with attempts to export, whose scheduler calls nothing: a test makes each call of the function itself. */
export interface ExportScene {
  readonly product: Product;
  readonly environment: Readonly<Record<string, string>>;
  /** How often the database called the function for its next step. */
  driveCount(): number;
  /** Has the database call the deployed function from now on. */
  callDeployed(): Promise<void>;
  isolate(point?: Point): ExportIsolate;
  /** Orders an export of this person's attempts, or of all; null if the isolate died. */
  order(
    isolate: ExportIsolate,
    whose?: Whose,
    headers?: Record<string, string>,
    compression?: "gzip",
  ): Promise<Response | null>;
  newest(): Promise<ExportRow>;
  row(id: string): Promise<ExportRow>;
  /** Lets leases, waits and the limits of lost calls end. */
  passTime(): Promise<void>;
  /** Lets time pass and has an isolate, one without faults by default, do the next step. */
  step(isolate?: ExportIsolate): Promise<void>;
  /** Calls the function until the export has ended; returns how. */
  finish(id: string): Promise<ExportRow>;
  /** The file of an export, through its link. */
  file(id: string): Promise<Uint8Array>;
  /** The lines that the API's rows are in NDJSON. */
  expected(whose?: Whose): Promise<Uint8Array>;
  objects(): Promise<string[]>;
  /** Uploads whose parts the storage keeps. */
  unfinishedUploads(): Promise<string[]>;
  /** Lets time pass and the function remove until nothing is left to remove. */
  removeAll(): Promise<void>;
  /** Pages and chunks that are kept for exports that have ended. */
  leftovers(): Promise<number>;
  stop(): Promise<void>;
}

export async function startExportScene(sentryDsn: string): Promise<ExportScene> {
  const variables = { FRESHET_RATE_LIMITS: "none" };
  const product = await startProduct({ uses: ["export"], redis: false, sentryDsn, variables });
  const { stack, sql } = product;
  const superuser = postgres(stack.superuserUrl, { max: 1, onnotice: () => {} });
  let drives = 0;
  const scheduler = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    drives += 1;
    return Response.json({});
  });
  await sql`select cron.alter_job(jobid, active => false) from cron.job`;
  await storeSecrets(stack.superuserUrl, { project_url: `http://127.0.0.1:${scheduler.addr.port}` });
  await plant(sql);
  const given = functionEnvironment({ origin: stack.origin, keys: stack.keys, redis: null, sentryDsn: null });
  const environment = { ...given, ...variables };
  const admin = { apikey: stack.keys.secretKey };

  const scene: ExportScene = {
    product,
    environment,
    driveCount: () => drives,
    callDeployed: () => storeSecrets(stack.superuserUrl, { project_url: stack.origin }),
    isolate: (point) =>
      startExportIsolate({
        registry,
        environment,
        cronKey: stack.keys.cronKey,
        ...(point === undefined ? {} : { point }),
      }),
    order(isolate, whose, headers = admin, compression = undefined) {
      const filters = whose === undefined ? { org_id: EXPORT_ORG } : { org_id: EXPORT_ORG, user_id: whose };
      return isolate.ask("POST", "", {
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ resource: RESOURCE, filters, format: "ndjson", compression }),
      });
    },
    async newest() {
      const [row] = await sql<ExportRow[]>`select * from analytics.export_jobs order by requested_at desc limit 1`;
      ok(row !== undefined, "there is no export");
      return row;
    },
    async row(id) {
      const [row] = await sql<ExportRow[]>`select * from analytics.export_jobs where export_id = ${id}`;
      ok(row !== undefined, `there is no export ${id}`);
      return row;
    },
    async passTime() {
      await sql`
        update analytics.export_jobs
        set requested_at = requested_at - interval '1 minute', lease_until = lease_until - interval '10 minutes'
        where finished_at is null`;
    },
    async step(isolate = scene.isolate()) {
      await scene.passTime();
      await (await isolate.work())?.body?.cancel();
    },
    async finish(id) {
      for (let calls = 0; calls < 30; calls += 1) {
        const row = await scene.row(id);
        if (!["queued", "frozen", "rendered"].includes(row.status)) return row;
        await scene.step();
      }
      throw new Error(`export ${id} has not ended after 30 calls`);
    },
    async file(id) {
      let answer: Response | null = null;
      // A busy machine may be asked once more, as its answer says.
      for (let tries = 0; tries < 3 && answer?.status !== 200; tries += 1) {
        answer = await scene.isolate().ask("GET", `/${id}`, { headers: admin });
      }
      const { data } = await (answer ?? Response.error()).json();
      equal(data.state, "done", JSON.stringify(data));
      const file = await (await fetch(data.link.url)).bytes();
      equal(file.byteLength, data.byte_count);
      return file;
    },
    async expected(whose) {
      const rows: unknown[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const part: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const person = whose === undefined ? "" : `&user_id=${whose}`;
        const answer = await product.get(`/${RESOURCE}?org_id=${EXPORT_ORG}&limit=999${person}${part}`, admin);
        equal(answer.status, 200);
        const { data, meta } = await answer.json();
        rows.push(...data);
        cursor = meta.next_cursor;
      }
      return new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    },
    async objects() {
      const rows = await superuser`select name from storage.objects where bucket_id = 'exports' order by name`;
      return rows.map(({ name }) => String(name));
    },
    async unfinishedUploads() {
      const folder = join(product.workFolder, "uploads");
      const infos = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".json"));
      const found = infos.map(async (name) => {
        const { id, size } = JSON.parse(await Deno.readTextFile(join(folder, name)));
        return (await Deno.stat(join(folder, id))).size < size ? [String(id)] : [];
      });
      return (await Promise.all(found)).flat().sort();
    },
    async removeAll() {
      await sql`
        update analytics.export_jobs
        set finished_at = finished_at - interval '11 minutes', removal_tried_at = null
        where finished_at is not null`;
      for (let calls = 0; calls < 10; calls += 1) {
        const answer = await scene.isolate().work();
        const { removed_count } = await (answer ?? Response.error()).json();
        if (removed_count === 0) return;
      }
      throw new Error("removals do not end");
    },
    async leftovers() {
      const [row] = await sql`
        select count(*)::integer as count from analytics.export_jobs as j
        where j.finished_at is not null and (
          exists (select from analytics.export_pages as p where p.export_id = j.export_id)
          or exists (select from analytics.export_chunks as c where c.export_id = j.export_id)
        )`;
      return Number(row?.["count"]);
    },
    async stop() {
      await superuser.end({ timeout: 5 });
      await product.stop();
      await scheduler.shutdown();
    },
  };
  return scene;
}

async function plant(sql: postgres.Sql): Promise<void> {
  await sql`insert into public.orgs (id, name) values (${EXPORT_ORG}, 'exports')`;
  await sql`insert into public.users (id, name) select u, 'Ö, "' || u || '"' from unnest(${
    Object.keys(ATTEMPTS)
  }::text[]) as u`;
  await sql`insert into public.org_members (org_id, user_id) select ${EXPORT_ORG}, u from unnest(${
    Object.keys(ATTEMPTS)
  }::text[]) as u`;
  await sql`update public.org_members set role = 'admin' where user_id = 'one'`;
  for (const [person, count] of Object.entries(ATTEMPTS)) {
    await sql`
      insert into public.scenario_attempts (org_id, user_id, status, score, duration_seconds, started_at, feedback_id)
      select ${EXPORT_ORG}, ${person}, 'completed', n / 8.0, n, timestamptz '2026-03-01 00:00+00' + n * interval '1 minute',
        left(repeat(md5(n::text), 16), 490)
      from generate_series(1, ${count}::integer) as n`;
  }
}
