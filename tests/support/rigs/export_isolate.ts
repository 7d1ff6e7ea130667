import { createExports } from "../../../shared/adapters/supabase/exports_database.ts";
import { createObjectStorage } from "../../../shared/adapters/supabase/object_storage.ts";
import { connectPlatform } from "../../../shared/adapters/platform.ts";
import { deflatePart } from "../../../shared/adapters/runtime/deflate.ts";
import { checkedScheduledEnvironment } from "../../../shared/adapters/runtime/checked_environment.ts";
import { scheduledCalls } from "../../../shared/adapters/scheduled_calls.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import { createAnalyticsRpc } from "../../../shared/adapters/supabase/analytics_rpc.ts";
import { serveExports } from "../../../shared/http/exports/serve_exports.ts";
import type { Registry } from "../../../shared/resource/registry.ts";
import { operationOf } from "../../../stack/gateway/storage_fault.ts";

/**
 * What happens at a call of the project.
 *
 * - dies_before, dies_after: nothing of this isolate happens any more; the call was not sent, or its answer is lost
 * - fails, conflict: the answer is 500 or 409, and nothing was done
 * - hangs, answer_lost: the answer does not come in time, and nothing, or all, was done
 * - pauses_before, pauses_after: the isolate stands still until resume()
 */
export type Happening =
  | "dies_before"
  | "dies_after"
  | "fails"
  | "conflict"
  | "hangs"
  | "answer_lost"
  | "pauses_before"
  | "pauses_after";

export interface Point {
  /** A function of schema analytics, or an operation of the storage. */
  readonly call: string;
  readonly what: Happening;
  /** Which of these calls, from 1 on. Default: the first. */
  readonly nth?: number;
}

/** The function `export` as one isolate runs it, over the real project, and what happens to it. */
export interface ExportIsolate {
  /** Null if the isolate died before it answered. */
  ask(method: string, path: string, init?: Pick<RequestInit, "headers" | "body">): Promise<Response | null>;
  /** The scheduler's call. */
  work(): Promise<Response | null>;
  /** Resolves when the point was reached; rejects when it is not within 20 s. */
  reached(): Promise<void>;
  /** Whether the point was reached. */
  isReached(): boolean;
  resume(): void;
}

export interface ExportIsolateOptions {
  readonly registry: Registry;
  readonly environment: Readonly<Record<string, string>>;
  readonly cronKey: string;
  readonly point?: Point;
}

export function startExportIsolate({ registry, environment, cronKey, point }: ExportIsolateOptions): ExportIsolate {
  const reached = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const died = Promise.withResolvers<null>();
  let is_dead = false;
  let is_reached = false;
  let seen = 0;

  async function suffer(what: Happening, send: () => Promise<Response>): Promise<Response> {
    switch (what) {
      case "dies_before":
        return die();
      case "dies_after":
        await (await send()).arrayBuffer();
        return die();
      case "fails":
        return new Response("Something went wrong\n", { status: 500 });
      case "conflict":
        return new Response("Conflict\n", { status: 409 });
      case "hangs":
        throw new DOMException("made to hang by a test", "TimeoutError");
      case "answer_lost":
        await (await send()).arrayBuffer();
        throw new DOMException("made to be lost by a test", "TimeoutError");
      case "pauses_before":
        await resumed.promise;
        return await send();
      case "pauses_after": {
        const response = await send();
        await resumed.promise;
        return response;
      }
    }
  }

  function die(): Promise<never> {
    is_dead = true;
    died.resolve(null);
    return new Promise(() => {});
  }

  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (is_dead) return await new Promise(() => {});
    const { method, url } = new Request(input, { ...init, body: null });
    const call = /\/rest\/v1\/rpc\/(\w+)$/.exec(new URL(url).pathname)?.[1] ?? operationOf({ method, url });
    const is_met = point !== undefined && point.call === call && ++seen === (point.nth ?? 1);
    if (!is_met) return await globalThis.fetch(input, init);
    is_reached = true;
    reached.resolve();
    return await suffer(point.what, () => globalThis.fetch(input, init));
  };

  const get = (name: string) => environment[name];
  const handle = serveExports({
    registry,
    clock: systemClock,
    log: () => {},
    connect() {
      const checked = checkedScheduledEnvironment(get);
      const { gate, ledger } = scheduledCalls(get);
      return Promise.resolve({
        ...connectPlatform(get),
        exports: createExports(createAnalyticsRpc(checked, fetch)),
        objects: createObjectStorage(checked, fetch),
        deflate: deflatePart,
        gate: gate(),
        ledger: ledger(),
      });
    },
  });
  const ask: ExportIsolate["ask"] = (method, path, init = {}) =>
    Promise.race([handle(new Request(`http://127.0.0.1:9999/export${path}`, { method, ...init })), died.promise]);

  return {
    ask,
    work: () => ask("POST", "/work", { headers: { apikey: cronKey } }),
    async reached() {
      const timer = setTimeout(() => reached.reject(new Error(`${point?.call} was not called within 20 s`)), 20_000);
      await reached.promise.finally(() => clearTimeout(timer));
    },
    isReached: () => is_reached,
    resume: () => resumed.resolve(),
  };
}
