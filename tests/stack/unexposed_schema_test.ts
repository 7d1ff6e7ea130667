// The first thing that is forgotten after `db push`: to expose schema analytics. Both functions, and every call that they
// make, against a data API that does not.
import assert from "node:assert/strict";
import { connectAudit } from "../../shared/adapters/audit_platform.ts";
import { connectCallLedger } from "../../shared/adapters/supabase/calls.ts";
import { requireCronKey } from "../../shared/adapters/supabase/cron_key.ts";
import { connectPlatform } from "../../shared/adapters/platform.ts";
import { systemClock } from "../../shared/adapters/runtime/clock.ts";
import { AppError } from "../../shared/kernel/app_error.ts";
import { serveAnalytics } from "../../shared/http/serve_analytics.ts";
import { serveCronAudit } from "../../shared/http/scheduled/serve_cron_audit.ts";
import { registry } from "../../packs/registry.ts";
import { publishableKey, secretKey, withDataApi } from "../support/rigs/data_api_rig.ts";

const CRON_KEY = "sb_secret_of_the_scheduler";
const SAYS = /the data API does not expose schema analytics: add analytics to Settings → API → Exposed schemas/;
const REMEDY = /^add analytics to Settings → API → Exposed schemas/;

Deno.test("a schema that is not exposed is said by each function, with the remedy, in the log and to operators", async (t) => {
  await withDataApi("create schema analytics", async ({ origin }) => {
    const variables: Record<string, string> = {
      SUPABASE_URL: origin,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey, cron: CRON_KEY }),
    };
    const get = (name: string) => variables[name];
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);

    const analytics = serveAnalytics({
      registry,
      clock: systemClock,
      log,
      connect: () => Promise.resolve(connectPlatform(get)),
    });
    const asked = ["qbank/heatmap", "health", "ops/incidents", "ops/jobs", "ops/runs", "ops/refreshes/1"];
    const requests = [...asked.map((path) => ["GET", path] as const), ["POST", "ops/refresh?pack=qbank"] as const];
    for (const [method, path] of requests) {
      await t.step(`${method} /analytics/${path}`, async () => {
        lines.length = 0;
        const headers = { apikey: secretKey };
        const response = await analytics(new Request(`http://127.0.0.1/analytics/${path}`, { method, headers }));
        const problem = await response.json();
        assert.equal(response.status, 500, JSON.stringify(problem));
        assert.match(problem.remedy, REMEDY);
        assert.match(lines.join(), SAYS);
      });
    }
    await t.step("a caller who is no operator is told nothing of it", async () => {
      const response = await analytics(new Request("http://127.0.0.1/analytics/health"));
      assert.equal(response.status, 500);
      assert.doesNotMatch(await response.text(), /schema|remedy/);
    });

    const audit = serveCronAudit({
      authorize: (request) => requireCronKey(request, get),
      connect: () => connectAudit(get),
      ledger: () => connectCallLedger(get),
      log,
    });
    for (const query of ["", "?dry_run=1"]) {
      await t.step(`POST /cron-audit${query}`, async () => {
        lines.length = 0;
        const headers = { apikey: CRON_KEY };
        const response = await audit(new Request(`http://127.0.0.1/cron-audit${query}`, { method: "POST", headers }));
        assert.equal(response.status, 500);
        assert.match((await response.json()).remedy, REMEDY);
        assert.match(lines.join(), SAYS);
      });
    }

    const { database } = connectAudit(get);
    const lease = { event_id: crypto.randomUUID(), lease_token: 1 };
    const resolution = { event_id: lease.event_id, resolve_token: 1 };
    const checkIn = {
      job_name: "a",
      runid: 1,
      status: "ok",
      schedule: "* * * * *",
      timezone: "GMT",
      margin_minutes: 1,
      max_runtime_minutes: 1,
    } as const;
    const calls: Record<string, () => Promise<unknown>> = {
      calendar: () => database.calendar(),
      pass: () => database.pass({ dry_run: true, calendar: null }),
      lease: () => database.lease(5, false),
      acknowledge: () => database.acknowledge(lease),
      defer: () => database.defer(lease, { seconds: 1, error: "" }),
      park: () => database.park(lease, ""),
      hold: () => database.hold("events", 1),
      leaseResolution: () => database.leaseResolution(5),
      acknowledgeResolution: () => database.acknowledgeResolution(resolution, null),
      deferResolution: () => database.deferResolution(resolution, { seconds: 1, error: "" }),
      claimHeartbeat: () => database.claimHeartbeat(),
      dueCheckIns: () => database.dueCheckIns(),
      acknowledgeCheckIn: () => database.acknowledgeCheckIn(checkIn),
      record: () => database.record("ok", null),
      complete: () => connectCallLedger(get).complete(1, { outcome: "succeeded", detail: null }),
    };
    for (const [name, call] of Object.entries(calls)) {
      await t.step(`${name}() of the audit`, async () => {
        const error = await call().catch((thrown: unknown) => thrown);
        assert.ok(error instanceof AppError, String(error));
        assert.match(error.defect ?? "", SAYS);
      });
    }
  }, ["public"]);
});
