import { systemClock } from "../adapters/runtime/clock.ts";
import { bufferLines } from "../adapters/runtime/line_buffer.ts";
import { serveExports } from "../http/exports/serve_exports.ts";
import type { Registry } from "../resource/registry.ts";

/**
 * The function of exports: POST /export, GET and DELETE /export/<id>; the scheduler calls it for their next steps. A
 * fetch handler.
 */
export function exports({ registry }: { readonly registry: Registry }): (request: Request) => Promise<Response> {
  return serveExports({
    registry,
    clock: systemClock,
    log: bufferLines((text) => console.log(text), systemClock),
    // Loaded with the first request, so that a new isolate starts quickly.
    connect: async () => {
      const { connectExports } = await import("../adapters/export_platform.ts");
      return connectExports((name) => Deno.env.get(name));
    },
  });
}
