import { loadOnce } from "../../kernel/load_once.ts";
import type { Clock, Log } from "../../kernel/ports.ts";
import type { ExportPlatform } from "../../platform.ts";
import type { Registry } from "../../resource/registry.ts";
import { createHandler } from "../handler.ts";

export interface ExportsOptions {
  readonly registry: Registry;
  /** Called once, by the first request: importing the function touches nothing. */
  readonly connect: () => Promise<ExportPlatform>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The function `export`: a fetch handler. */
export function serveExports(options: ExportsOptions): (request: Request) => Promise<Response> {
  const site = loadOnce(async () => {
    // Loaded with the first request, while the platform connects: a new isolate should start fast.
    const [{ createExportSite }, platform] = await Promise.all([import("./export_site.ts"), options.connect()]);
    const { settings_notes: settings } = platform;
    if (settings.length > 0) options.log(JSON.stringify({ settings }), "now");
    return createExportSite(options, platform);
  });
  return createHandler(site, options);
}
