import { fileURLToPath } from "node:url";
import type postgres from "postgres";
import { freePort } from "../../../../stack/free_port.ts";
import { edgeRuntime } from "../../../../stack/functions/edge_runtime.ts";
import { launchListening } from "../../../../stack/functions/isolate.ts";
import { permissionsOf } from "../../../../stack/functions/permissions.ts";
import { pause } from "../../../../stack/pause.ts";
import { type LoneIsolate, startLoneIsolate } from "../../../../tests/support/rigs/lone_isolate.ts";
import { peakBytes, processorMs, residentBytes } from "./process_cost.ts";

/** One call of the function, which had a process of its own. */
export interface MeteredCall {
  /** What the export was at before the call. */
  readonly step: "freeze" | "render" | "publish" | "at once" | "none";
  readonly status: number;
  /** Processor time of the process, user and system, from its start until it was idle again. */
  readonly processor_ms: number;
  /** Of this, what it took to start. */
  readonly start_ms: number;
  /** The greatest resident memory of the process, less that of an empty function's. */
  readonly memory_bytes: number;
  readonly peak_bytes: number;
  readonly rows: number;
  readonly wall_ms: number;
}

/** Stands behind the gateway in the place of an isolate. */
export interface MeteredFunction {
  readonly url: string;
  readonly empty_bytes: number;
  /** The calls since the last time. */
  taken(): Promise<MeteredCall[]>;
  stop(): Promise<void>;
}

interface MeteredOptions {
  readonly sql: postgres.Sql;
  readonly environment: Record<string, string>;
}

const STEPS = { queued: "freeze", frozen: "render", rendered: "publish" } as const;
/** A process that has used no processor time for so long is idle. */
const IDLE_MS = 200;

export async function startMeteredFunction({ sql, environment }: MeteredOptions): Promise<MeteredFunction> {
  const empty_bytes = await emptyFunctionBytes(environment);
  let calls: MeteredCall[] = [];
  let last: Promise<unknown> = Promise.resolve();

  async function meter(request: Request, respond: (response: Response) => void): Promise<void> {
    const body = await request.arrayBuffer();
    const isOrder = request.headers.has("apikey");
    const before = await runningExport(sql);
    const isolate = await startLoneIsolate({ name: "export", environment });
    try {
      const start_ms = await processorMs(isolate.pid);
      const began = performance.now();
      const { pathname, search } = new URL(request.url);
      const answer = await fetch(`${isolate.url}${pathname.slice("/export".length)}${search}`, {
        method: request.method,
        headers: request.headers,
        ...(body.byteLength === 0 ? {} : { body }),
      });
      const answered = await answer.arrayBuffer();
      const wall_ms = performance.now() - began;
      const headers = new Headers(answer.headers);
      // fetch() has unpacked it.
      for (const name of ["content-encoding", "content-length"]) headers.delete(name);
      respond(new Response(answered, { status: answer.status, headers }));
      await untilIdle(sql, isolate);
      const peak_bytes = await peakBytes(isolate.pid);
      const after = await runningExport(sql);
      calls.push({
        step: before !== null ? STEPS[before.status] : after !== null ? "freeze" : isOrder ? "at once" : "none",
        status: answer.status,
        processor_ms: await processorMs(isolate.pid),
        start_ms,
        memory_bytes: peak_bytes - empty_bytes,
        peak_bytes,
        rows: Math.max(0, (after?.done_count ?? 0) - (before?.done_count ?? 0)),
        wall_ms,
      });
    } finally {
      await isolate.stop();
    }
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    // One at a time: otherwise a call would be measured while the next one waits for its lease.
    last = last.then(() => meter(request, resolve)).catch(reject);
    return promise;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    empty_bytes,
    async taken() {
      await last;
      const taken = calls;
      calls = [];
      return taken;
    },
    stop: () => server.shutdown(),
  };
}

interface Running {
  readonly status: keyof typeof STEPS;
  readonly done_count: number;
}

async function runningExport(sql: postgres.Sql): Promise<Running | null> {
  const [row] = await sql<Running[]>`
    select status, done_count::integer from analytics.export_jobs where finished_at is null order by requested_at desc limit 1`;
  return row ?? null;
}

/** Until no call holds an export and the process does nothing more: work may go on after the answer. */
async function untilIdle(sql: postgres.Sql, { pid }: LoneIsolate): Promise<void> {
  for (;;) {
    const before = await processorMs(pid);
    await pause(IDLE_MS);
    if (await processorMs(pid) > before) continue;
    const [held] = await sql`select from analytics.export_jobs where lease_until is not null`;
    if (held === undefined) return;
  }
}

/** What an empty function has in memory after its first answer: this is the runtime's own. */
async function emptyFunctionBytes(environment: Record<string, string>): Promise<number> {
  const port = freePort();
  const child = await launchListening({
    name: "hello",
    entrypoint: fileURLToPath(new URL("../../../../bench/serving/servers/hello.ts", import.meta.url)),
    config: fileURLToPath(new URL("../../../../supabase/functions/export/deno.json", import.meta.url)),
  }, {
    runtime: await edgeRuntime(),
    permissions: permissionsOf({ environment, optional: [], port }),
    environment,
    port,
    logFile: await Deno.makeTempFile({ prefix: "freshet-hello-", suffix: ".log" }),
  });
  try {
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    return await residentBytes(child.pid);
  } finally {
    await child.stop();
  }
}
