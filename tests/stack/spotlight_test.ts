import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as Sentry from "@sentry/deno";
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
