import { systemClock } from "../adapters/runtime/clock.ts";
import { bufferLines } from "../adapters/runtime/line_buffer.ts";
import { serveAnalytics } from "../http/serve_analytics.ts";
import type { Served } from "../http/site.ts";

/** The read function: GET /analytics/<pack>/<resource>, /analytics/catalog, /analytics/health. A fetch handler. */
export function analytics(served: Served): (request: Request) => Promise<Response> {
  return serveAnalytics({
    ...served,
    clock: systemClock,
    log: bufferLines((text) => console.log(text), systemClock),
    // Loaded with the first request, so that a new isolate starts quickly.
    connect: async () => {
      const { connectPlatform } = await import("../adapters/platform.ts");
      return connectPlatform((name) => Deno.env.get(name));
    },
  });
}
