import type { ExportPlatform } from "../../platform.ts";
import type { Site } from "../handler.ts";
import { siteParts } from "../site_parts.ts";
import { isSigned } from "../scheduled/signature.ts";
import type { Route } from "../routes/route.ts";
import type { ExportApi } from "./api.ts";
import { cancelExport, showExport } from "./look_at_export.ts";
import type { Log } from "../../kernel/ports.ts";
import type { Registry } from "../../resource/registry.ts";
import { takeExport } from "./take_export.ts";
import { workOnExports } from "./work_on_exports.ts";

/** What the function `export` serves, over its platform. */
export function createExportSite(
  { registry, log }: { readonly registry: Registry; readonly log: Log },
  platform: ExportPlatform,
): Site {
  const { reader, limiter, ...common } = siteParts(platform);
  const { exports, objects, renderers, deflate } = platform;
  const api: ExportApi = {
    ...platform,
    registry,
    reader,
    limiter,
    faults: common.faults,
    workshop: {
      exports,
      objects,
      renderers,
      deflate,
      clock: reader.clock,
      resourceOf: async (name) => Object.hasOwn(registry, name) ? await registry[name]?.() ?? null : null,
    },
  };
  const work = workOnExports(api, (line) => log(line, "now"));
  const take = takeExport(api);
  // The scheduler calls a function by its name alone; its signature says that it is the scheduler.
  const posted: Route = (exchange) => isSigned(exchange.request) ? work(exchange) : take(exchange);
  return {
    ...common,
    routes: new Map([["/export/*", showExport(api)]]),
    posts: new Map([["/export", posted], ["/export/work", work]]),
    deletes: new Map([["/export/*", cancelExport(api)]]),
  };
}
