import type { Clock, Log } from "../kernel/ports.ts";
import { loadOnce } from "../kernel/load_once.ts";
import { createHandler } from "./handler.ts";
import type { Platform } from "../platform.ts";
import type { Served } from "./site.ts";

export interface AnalyticsOptions extends Served {
  /** Called once, by the first request: importing the function touches nothing. */
  readonly connect: () => Platform | Promise<Platform>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The read function: a fetch handler over the given resources. */
export function serveAnalytics(options: AnalyticsOptions): (request: Request) => Promise<Response> {
  const site = loadOnce(async () => {
    // Loaded with the first request, while the platform connects: a new isolate should start fast.
    const [{ createSite }, platform] = await Promise.all([import("./site.ts"), options.connect()]);
    const { settings_notes: settings } = platform;
    if (settings.length > 0) options.log(JSON.stringify({ settings }), "now");
    return createSite(options, platform);
  });
  return createHandler(site, options);
}
