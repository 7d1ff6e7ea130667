/** The read function: GET /analytics/<pack>/<resource>, /analytics/catalog, /analytics/health. */
import { bufferLines } from "../../../shared/adapters/runtime/line_buffer.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import { serveAnalytics } from "../../../shared/http/serve_analytics.ts";
import { registry } from "../../../packs/registry.ts";

export default {
  fetch: serveAnalytics({
    registry,
    clock: systemClock,
    log: bufferLines((text) => console.log(text), systemClock),
    // Loaded with the first request, so that a new isolate starts quickly.
    connect: async () => {
      const { connectPlatform } = await import(
        "../../../shared/adapters/platform.ts"
      );
      return connectPlatform((name) => Deno.env.get(name));
    },
  }),
};
