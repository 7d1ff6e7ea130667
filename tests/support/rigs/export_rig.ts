import { deflatePart } from "../../../shared/adapters/runtime/deflate.ts";
import { serveExports } from "../../../shared/http/exports/serve_exports.ts";
import { FakeExports, fakeObjects } from "../fakes/exports.ts";
import { createSampleRig, type HttpRigOptions } from "./http_rig.ts";

/** The whole function `export`, with real identity and checks, over exports in memory. */
export function createExportRig(options: HttpRigOptions = {}) {
  const http = createSampleRig(options);
  const { clock, platform, registry } = http;
  const exports = new FakeExports(clock);
  const refused = () => Promise.reject(new Error("The scheduler does not call here"));
  const fetch = serveExports({
    registry,
    clock,
    log: () => {},
    connect() {
      options.beforeConnect?.();
      return Promise.resolve({
        ...platform,
        exports,
        objects: fakeObjects,
        deflate: deflatePart,
        gate: { verifier: { verify: refused }, requireKey: refused, limit: null, client_address_header: "x" },
        ledger: { complete: refused },
      });
    },
  });

  function ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new Request(`http://127.0.0.1:9999/export${path}`, init));
  }

  return { http, clock, exports, fetch, ask };
}
