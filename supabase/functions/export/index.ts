/** The function of exports: POST /export, GET and DELETE /export/<id>; the scheduler calls it for their next steps. */
import { bufferLines } from "../../../shared/adapters/runtime/line_buffer.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import { serveExports } from "../../../shared/http/exports/serve_exports.ts";
import { registry } from "../../../packs/registry.ts";

export default {
  fetch: serveExports({
    registry,
    clock: systemClock,
    log: bufferLines((text) => console.log(text), systemClock),
    // Loaded with the first request, so that a new isolate starts quickly.
    connect: async () => {
      const { connectExports } = await import("../../../shared/adapters/export_platform.ts");
      return connectExports((name) => Deno.env.get(name));
    },
  }),
};
