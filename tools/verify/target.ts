import { isAlive, readState } from "../../stack/state.ts";
import { VerifyError } from "./verify_error.ts";

/** The project to verify. */
export interface Target {
  readonly origin: string;
  readonly host: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  /** Every project counts as production, except on this machine and those listed in FRESHET_VERIFY_STAGING_HOSTS. */
  readonly isProduction: boolean;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

const NAMES = ["SUPABASE_URL", "SUPABASE_SECRET_KEY", "SUPABASE_PUBLISHABLE_KEY"] as const;

export interface Context {
  readonly environment: (name: string) => string | undefined;
  /** The work folder of the local stack. */
  readonly workFolder: string;
}

/** @throws VerifyError if the environment names no project, or sets only some of the variables. */
export async function findTarget({ environment, workFolder }: Context): Promise<Target> {
  const [url, secretKey, publishableKey] = NAMES.map((name) => environment(name) || undefined);
  if (url === undefined && secretKey === undefined && publishableKey === undefined) return await localStack(workFolder);
  const missing = NAMES.filter((name) => !environment(name));
  if (url === undefined || secretKey === undefined || publishableKey === undefined) {
    throw new VerifyError(`${missing.join(" and ")} not set`, "set all three, in the environment or in .env");
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new VerifyError(`SUPABASE_URL is no http or https URL`, "write it like https://<ref>.supabase.co");
  }
  const { origin, hostname: host } = new URL(url);
  const staging = (environment("FRESHET_VERIFY_STAGING_HOSTS") ?? "").split(",").map((name) =>
    name.trim().toLowerCase()
  );
  const isProduction = !LOOPBACK.has(host) && !staging.includes(host);
  return { origin, host, secretKey, publishableKey, isProduction };
}

async function localStack(workFolder: string): Promise<Target> {
  const state = await readState(workFolder);
  if (state !== null && await isAlive(state) && state.origin && state.secret_key && state.publishable_key) {
    const { hostname: host } = new URL(state.origin);
    return {
      origin: state.origin,
      host,
      secretKey: state.secret_key,
      publishableKey: state.publishable_key,
      isProduction: false,
    };
  }
  throw new VerifyError(
    "There is nothing to verify: SUPABASE_URL is not set and no local stack runs in this folder",
    "start the local stack with deno task start, or set SUPABASE_URL, SUPABASE_SECRET_KEY and SUPABASE_PUBLISHABLE_KEY",
  );
}
