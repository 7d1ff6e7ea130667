import { functionEnvironment } from "../../../stack/function_environment.ts";
import type { Keys } from "../../../stack/keys.ts";
import { type LoneIsolate, startLoneIsolate } from "./lone_isolate.ts";

/** A real isolate of cron-audit in a process of its own, to be killed. */
export interface Victim extends Pick<LoneIsolate, "logFile" | "kill"> {
  /** Calls the function like its job; null if it died before it answered. */
  audit(): Promise<Response | null>;
}

export interface VictimOptions {
  /** The URL of its project. */
  readonly origin: string;
  readonly keys: Keys;
  readonly sentryDsn: string;
  /** The API that closes issues, with a token. Default: no token. */
  readonly issues?: { readonly url: string; readonly organization: string; readonly token: string };
}

export async function startVictim({ origin, keys, sentryDsn, issues }: VictimOptions): Promise<Victim> {
  const environment = functionEnvironment({ origin, keys, redis: null, sentryDsn, issues: issues ?? null });
  const { url, logFile, kill } = await startLoneIsolate({ name: "cron-audit", environment });
  return {
    logFile,
    audit: () => fetch(url, { method: "POST", headers: { apikey: keys.cronKey }, body: "{}" }).catch(() => null),
    kill,
  };
}
