import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as Sentry from "@sentry/deno";
import { createSentrySender } from "../../shared/adapters/sentry/sender.ts";
import { connectIssues } from "../../shared/adapters/sentry/project.ts";
import type { AlertEvent } from "../../shared/audit/event.ts";
import { startIssues } from "../../stack/sentry/stand_in.ts";
import { type Envelope, readEnvelopes, startSpotlight } from "../../stack/sentry/mod.ts";

const npmFolder = Deno.env.get("FRESHET_NPM") ?? fileURLToPath(new URL("../../stack/npm/", import.meta.url));

Deno.test({
  name: "Spotlight takes what Sentry's SDK sends, and gives it back",
  // The SDK keeps timers of its own.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const logFolder = await Deno.makeTempDir();
    const spotlight = await startSpotlight({ npmFolder, logFolder });
    try {
      await t.step("it listens on loopback only", async () => {
        const { port } = new URL(spotlight.url);
        const others = Deno.networkInterfaces().filter(({ family, address }) =>
          family === "IPv4" && !address.startsWith("127.")
        );
        for (const { address } of others) {
          await assert.rejects(() => Deno.connect({ hostname: address, port: Number(port) }), address);
        }
      });

      await t.step("its page is served", async () => {
        const page = await (await fetch(spotlight.url)).text();
        assert.match(page, /<html/i);
        const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(page) ?? [];
        assert(script, "the page names no script");
        const response = await fetch(spotlight.url + script);
        assert.equal(response.status, 200);
        await response.body?.cancel();
      });

      await t.step("an event is acknowledged with 200 and can be read", async () => {
        const client = Sentry.init({
          dsn: spotlight.dsn,
          defaultIntegrations: false,
          skipOpenTelemetrySetup: true,
        });
        const answered = new Promise<number | undefined>((resolve) =>
          client?.on("afterSendEvent", (_event, response) => resolve(response.statusCode))
        );
        Sentry.captureEvent({ message: "refresh failed", tags: { job: "refresh-mv_x" } });
        assert.equal(await answered, 200);
        const { header, items } = await first(readEnvelopes(spotlight.url, AbortSignal.timeout(5000)));
        assert(header.event_id);
        assert.equal(items[0]?.header.type, "event");
        assert.partialDeepStrictEqual(items[0]?.payload, { message: "refresh failed", tags: { job: "refresh-mv_x" } });
        await Sentry.close();
      });
      await t.step(
        "before it stands what it does not know: issues, which are closed and opened again as Sentry's",
        async () => {
          const issues = startIssues({ spotlightUrl: spotlight.url });
          try {
            const sender = createSentrySender({ dsn: issues.dsn, environment: "local", release: null });
            const event: AlertEvent = {
              ...{ event_id: "a".repeat(32), fingerprint: ["failed:probe"], level: "error", title: "failed: probe" },
              ...{ occurred_at: new Date().toISOString(), tags: { transition: "opened" }, facts: {} },
            };
            assert.equal((await sender?.send(event))?.status, 200);
            // One may be a blip; the monitor says so from the second on.
            for (let nth = 0; nth < 2; nth += 1) await sender?.checkIn("error");
            const { url, organization, token, dsn } = issues;
            await connectIssues({ dsn, token, organization, url }).close({
              ...{ opened_event_id: event.event_id, resolve: true, comment: "over" },
            });
            const shown = async () => await (await fetch(url)).json();
            assert.partialDeepStrictEqual(await shown(), {
              issues: [{ status: "resolved", comments: ["over"], activity: ["first_seen", "set_resolved", "note"] }],
              broken_monitors: ["freshet-cron-audit"],
            });
            await sender?.send({ ...event, event_id: "b".repeat(32) });
            assert.partialDeepStrictEqual(await shown(), { issues: [{ status: "unresolved" }] });
            // All of it reached Spotlight: two events of this step, one of the step before, and both check-ins.
            const kinds: unknown[] = [];
            for await (const { items } of readEnvelopes(spotlight.url, AbortSignal.timeout(5_000))) {
              kinds.push(items[0]?.header["type"]);
              if (kinds.length === 5) break;
            }
            assert.deepEqual(kinds.toSorted(), ["check_in", "check_in", "event", "event", "event"]);
          } finally {
            await issues.stop();
          }
        },
      );
    } finally {
      await spotlight.stop();
      await Deno.remove(logFolder, { recursive: true });
    }
  },
});

async function first(envelopes: AsyncGenerator<Envelope>): Promise<Envelope> {
  for await (const envelope of envelopes) return envelope;
  throw new Error("No envelope came within five seconds");
}
