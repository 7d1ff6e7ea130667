import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../stack/free_port.ts";
import { functionEnvironment, optionalVariables } from "../../../stack/function_environment.ts";
import { edgeRuntime } from "../../../stack/functions/edge_runtime.ts";
import { downloadImports } from "../../../stack/functions/imports.ts";
import { launchListening } from "../../../stack/functions/isolate.ts";
import { permissionsOf } from "../../../stack/functions/permissions.ts";
import type { Keys } from "../../../stack/keys.ts";

/** A real isolate of cron-audit in a process of its own, to be killed. */
export interface Victim {
  readonly logFile: string;
  /** Calls the function as its job does; null when it died before it answered. */
  audit(): Promise<Response | null>;
  /** kill -9: nothing of it runs on, no handler, no finally. */
  kill(): Promise<void>;
}

export interface VictimOptions {
  /** What it takes for its project. */
  readonly origin: string;
  readonly keys: Keys;
  readonly sentryDsn: string;
  /** Of the API that closes issues; left out: it has no token. */
  readonly issues?: { readonly url: string; readonly organization: string; readonly token: string };
}

const folder = fileURLToPath(new URL("../../../supabase/functions/cron-audit/", import.meta.url));

export async function startVictim({ origin, keys, sentryDsn, issues }: VictimOptions): Promise<Victim> {
  const port = freePort();
  const found = { name: "cron-audit", entrypoint: join(folder, "index.ts"), config: join(folder, "deno.json") };
  const runtime = await edgeRuntime();
  await downloadImports({ ...found, verifyJwt: false }, runtime);
  const environment = functionEnvironment({ origin, keys, redis: null, sentryDsn, issues: issues ?? null });
  const logFile = await Deno.makeTempFile({ prefix: "freshet-victim-", suffix: ".log" });
  const child = await launchListening(found, {
    runtime,
    permissions: permissionsOf({ environment, optional: optionalVariables, port }),
    environment,
    port,
    logFile,
  });
  const url = `http://127.0.0.1:${port}/cron-audit`;
  return {
    logFile,
    audit: () => fetch(url, { method: "POST", headers: { apikey: keys.cronKey }, body: "{}" }).catch(() => null),
    async kill() {
      Deno.kill(child.pid, "SIGKILL");
      const { signal } = await child.ended;
      if (signal !== "SIGKILL") throw new Error(`the isolate ended by itself before it was killed: ${signal}`);
    },
  };
}
