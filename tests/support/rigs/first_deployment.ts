import type postgres from "postgres";
import { createAuditDatabase } from "../../../shared/adapters/supabase/audit_database.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import { runAudit } from "../../../shared/audit/run.ts";
import { pause } from "../../../stack/pause.ts";
import { directRpc } from "./direct_rpc.ts";
import { type EnvelopeSink, startEnvelopeSink } from "../fakes/envelope_sink.ts";
import { type Product, startProduct } from "./product.ts";
import { schedulerPid } from "./scheduler.ts";
import { connectSuperuser, forgetDeployment, letPass } from "./deployment_clock.ts";

/** A product that can be reset to its state directly after `db push`, and deployed again step by step. */
export interface Deployment {
  readonly product: Product;
  /** A connection of the superuser. */
  readonly admin: postgres.Sql;
  readonly sink: EnvelopeSink;
  /** Resets to the state after the migrations: no secret, no function, no refreshed view, no run. */
  justMigrated(): Promise<void>;
  /** Runs every job once: each command runs as in pg_cron, and leaves the same row in the history. */
  tick(except?: readonly string[]): Promise<void>;
  /** Runs one job once. */
  run(job: string): Promise<void>;
  /** Moves all times in the database back. */
  wait(interval: string): Promise<void>;
  putSecrets(): Promise<void>;
  /** Default: all functions. */
  deployFunctions(names?: readonly string[]): void;
  /** Runs `refresh_all_views()`, as docs/deploy.md describes. */
  refreshByHand(): Promise<void>;
  /** Runs a pass by calling the function with the key. */
  auditByHand(): Promise<void>;
  /** Runs a pass of a function without SENTRY_DSN. */
  auditWithoutDsn(): Promise<void>;
  /** Whether a pass has been completed. */
  isAudited(): Promise<boolean>;
  health(): Promise<{ readonly code: number; readonly status: string; readonly reasons: readonly string[] }>;
  /** Sent events, the outbox and all incidents, by fingerprint. */
  told(): Promise<{ readonly events: string[]; readonly outbox: string[]; readonly incidents: string[] }>;
  stop(): Promise<void>;
}

export async function startDeployment(): Promise<Deployment> {
  const sink = await startEnvelopeSink();
  const product = await startProduct({ sentryDsn: sink.dsn, redis: false });
  const { stack, sql } = product;
  const admin = connectSuperuser(stack.superuserUrl);
  const deployed = new Set<string>();
  const gate = startGate(stack.origin, deployed);
  // The test itself decides when jobs run.
  const scheduler = await schedulerPid(admin);
  Deno.kill(scheduler, "SIGSTOP");
  let told_before = 0;
  let health_asked_at = 0;

  async function run(job: string): Promise<void> {
    const [row] = await admin`select jobid, command from cron.job where jobname = ${job}`;
    const owner = await sql.reserve();
    try {
      const [session] = await owner`select pg_backend_pid() as pid`;
      const [started] = await admin`
        insert into cron.job_run_details (jobid, job_pid, database, username, command, status, start_time)
        values (${row?.["jobid"]}, ${session?.["pid"]}, 'postgres', 'postgres', ${
        row?.["command"]
      }, 'running', clock_timestamp())
        returning runid`;
      const message = await owner.unsafe(String(row?.["command"])).simple().then(
        () => null,
        (error: Error) => `ERROR:  ${error.message}\n`,
      );
      await owner.unsafe("reset all").simple();
      await admin`
        update cron.job_run_details
        set status = ${message === null ? "succeeded" : "failed"}, return_message = ${
        message ?? "1 row"
      }, end_time = clock_timestamp()
        where runid = ${started?.["runid"]}`;
    } finally {
      owner.release();
    }
    await answered(admin);
  }

  return {
    product,
    admin,
    sink,
    run,
    async justMigrated() {
      deployed.clear();
      await forgetDeployment(admin);
      told_before = sink.events().length;
    },
    async tick(except = []) {
      // The audit runs first: this is the worst case, since it sees nothing yet of the slot's other runs.
      const jobs = await admin`
        select jobname from cron.job where active and jobname <> all (${[...except]})
        order by jobname <> 'analytics-cron-audit', jobid`;
      for (const job of jobs) await run(String(job["jobname"]));
    },
    wait: (interval) => letPass(admin, interval),
    async putSecrets() {
      await sql`select vault.create_secret(${gate.origin}, 'project_url')`;
    },
    deployFunctions(names = ["analytics", "cron-audit"]) {
      for (const name of names) deployed.add(name);
    },
    async refreshByHand() {
      await sql`select view_name, outcome from analytics.refresh_all_views()`;
    },
    async auditByHand() {
      const response = await fetch(`${gate.origin}/functions/v1/cron-audit`, {
        method: "POST",
        headers: { apikey: stack.keys.cronKey, "content-type": "application/json" },
        body: "{}",
      });
      if (!response.ok) throw new Error(`cron-audit answered ${response.status}: ${await response.text()}`);
      await response.body?.cancel();
    },
    async auditWithoutDsn() {
      await runAudit({
        database: createAuditDatabase(directRpc(sql)),
        sender: null,
        issues: null,
        clock: systemClock,
        send_for_ms: 10_000,
        runbook_url: "docs/runbook",
      });
    },
    async isAudited() {
      const [row] = await admin`select last_audit_at is not null as is_audited from analytics.audit_state`;
      return row?.["is_audited"] === true;
    },
    async health() {
      // Health caches its last answer for a second.
      await pause(Math.max(0, health_asked_at + 1_100 - Date.now()));
      const response = await fetch(`${gate.origin}/functions/v1/analytics/health`, {
        headers: { apikey: stack.keys.secretKey },
      });
      const body = await response.json();
      health_asked_at = Date.now();
      return { code: response.status, status: String(body.status), reasons: body.reasons ?? [] };
    },
    async told() {
      const outbox = await admin`
        select payload ->> 'transition' || ' ' || (payload ->> 'fingerprint') as of from analytics.outbox order by created_at`;
      const incidents = await admin`select fingerprint from analytics.incidents order by incident_id`;
      return {
        events: sink.events().slice(told_before).map((event) => String(event["message"])),
        outbox: outbox.map((row) => String(row["of"])),
        incidents: incidents.map((row) => String(row["fingerprint"])),
      };
    },
    async stop() {
      Deno.kill(scheduler, "SIGCONT");
      await admin.end({ timeout: 5 });
      await gate.stop();
      await product.stop();
      await sink.stop();
    },
  };
}

/** Serves the project's URL: deployed functions answer, others give the platform's 404. */
function startGate(origin: string, deployed: ReadonlySet<string>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const name = /^\/functions\/v1\/([^/]+)/.exec(pathname)?.[1] ?? "";
    if (!deployed.has(name)) {
      return Response.json({ code: "NOT_FOUND", message: "Requested function was not found" }, { status: 404 });
    }
    const headers = new Headers(request.headers);
    headers.delete("host");
    const body = request.method === "GET" ? {} : { body: await request.arrayBuffer() };
    return await fetch(origin + pathname + search, { method: request.method, headers, ...body });
  });
  return { origin: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

/** Waits until pg_net has stored the answer to every request that was sent. */
async function answered(admin: postgres.Sql): Promise<void> {
  for (let patience = 0; patience < 1_200; patience += 1) {
    const [row] = await admin`
      select count(*)::integer as count from analytics.http_calls as c
      where c.harvested_at is null and c.queued_at > now() - interval '5 minutes'
        and not exists (select from net._http_response as r where r.id = c.request_id)`;
    if (row?.["count"] === 0) return;
    await pause(50);
  }
  throw new Error("pg_net stored no answer within 60 s");
}
