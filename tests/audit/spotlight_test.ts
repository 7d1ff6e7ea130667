// The real SDK against Sentry's own viewer: what a person would see, and the monitor that the heartbeat makes.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Envelope, readEnvelopes, startSpotlight } from "../../stack/sentry/mod.ts";
import { onAuditStage } from "../support/rigs/audit_stage.ts";

const npmFolder = Deno.env.get("FRESHET_NPM") ?? fileURLToPath(new URL("../../stack/npm/", import.meta.url));

Deno.test({
  name: "Spotlight shows an alert, its recovery and the heartbeat's monitor as Sentry would",
  // The reader of the stream is left when enough has come.
  sanitizeResources: false,
  fn: () =>
    onAuditStage(async (stage) => {
      const logFolder = await Deno.makeTempDir();
      const spotlight = await startSpotlight({ npmFolder, logFolder });
      try {
        await stage.schedule("probe-a");
        const runid = await stage.plant("probe-a", {
          status: "failed",
          message: 'ERROR:  refresh of analytics.mv_probe failed [42P01]: relation "public.gone" does not exist',
        });
        assert.equal((await stage.audit({ dsn: spotlight.dsn })).sent, 1);
        await stage.plant("probe-a", { status: "succeeded", message: "1 row" });
        assert.equal((await stage.audit({ dsn: spotlight.dsn })).sent, 1);

        // Alert, heartbeat, recovery, heartbeat.
        const envelopes = await take(4, readEnvelopes(spotlight.url, AbortSignal.timeout(60_000)));
        const items = envelopes.flatMap((envelope) => envelope.items);
        const [alert, recovery] = items.filter((item) => item.header["type"] === "event").map((item) => item.payload);
        assert.partialDeepStrictEqual(alert, {
          message: 'probe-a: relation "public.gone" does not exist [42P01]',
          level: "error",
          // Else it would not be among Spotlight's errors.
          exception: { values: [{ type: "failed", value: 'probe-a: relation "public.gone" does not exist [42P01]' }] },
          environment: "test",
          server_name: "freshet-cron-audit",
          fingerprint: ["failed:probe-a"],
          tags: { kind: "failed", transition: "opened", job: "probe-a", runid: String(runid), sqlstate: "42P01" },
          contexts: {
            incident: {
              message: 'ERROR:  refresh of analytics.mv_probe failed [42P01]: relation "public.gone" does not exist',
              runbook: "docs/runbook/failed.md",
            },
          },
        });
        assert.partialDeepStrictEqual(recovery, {
          message: "failed is over: probe-a recovered",
          level: "info",
          fingerprint: ["recovered", "failed:probe-a"],
        });
        assert.ok(!Object.hasOwn(Object(recovery), "exception"), "a recovery is no error");
        const checkIns = items.filter((item) => item.header["type"] === "check_in").map((item) => item.payload);
        assert.equal(checkIns.length, 2);
        assert.partialDeepStrictEqual(checkIns[0], {
          monitor_slug: "freshet-cron-audit",
          status: "ok",
          monitor_config: { schedule: { type: "crontab", value: "*/5 * * * *" }, checkin_margin: 10 },
        });
      } finally {
        await spotlight.stop();
        await Deno.remove(logFolder, { recursive: true });
      }
    }),
});

async function take(count: number, envelopes: AsyncGenerator<Envelope>): Promise<Envelope[]> {
  const taken: Envelope[] = [];
  for await (const envelope of envelopes) {
    taken.push(envelope);
    if (taken.length === count) return taken;
  }
  throw new Error(`only ${taken.length} of ${count} envelopes came`);
}
