/** The read function: GET /analytics/<pack>/<resource>, /analytics/catalog, /analytics/health. */
import { connectPlatform } from "../../../shared/adapters/platform.ts";
import { systemClock } from "../../../shared/adapters/system_clock.ts";
import { serveAnalytics } from "../../../shared/http/serve_analytics.ts";
import { resources } from "../../../shared/packs/registry.ts";

export default {
  fetch: serveAnalytics({
    resources,
    clock: systemClock,
    log: (line) => console.log(line),
    connect: () => connectPlatform((name) => Deno.env.get(name)),
  }),
};
