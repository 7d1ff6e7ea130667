import { z } from "zod";
import { sourceUnavailable } from "../core/app_error.ts";
import { sourceError } from "./source_error.ts";

/** Functions of schema analytics, by name. */
export interface DatabaseFunctions {
  /**
   * @returns what the function returned: a value, or an array of rows; null for a function that returns nothing
   * @throws AppError SOURCE_UNAVAILABLE when the database does not answer, INTERNAL when it refuses
   */
  call(name: string, given: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export interface DataApiOptions {
  /** The project's origin, without a slash at its end. */
  readonly url: string;
  readonly secret_key: string;
  readonly timeout_ms: number;
}

const refusalSchema = z.object({ code: z.string() });

/** Calls functions through the project's data API, as the service role. */
export function createDatabaseFunctions({ url, secret_key, timeout_ms }: DataApiOptions): DatabaseFunctions {
  async function call(name: string, given: Readonly<Record<string, unknown>>): Promise<unknown> {
    const response = await fetch(`${url}/rest/v1/rpc/${name}`, {
      method: "POST",
      headers: { "apikey": secret_key, "content-type": "application/json", "content-profile": "analytics" },
      body: JSON.stringify(given),
      signal: AbortSignal.timeout(timeout_ms),
    }).catch(() => {
      throw sourceUnavailable(`the data API did not answer analytics.${name}`);
    });
    if (response.ok) return await parse(response, name);

    const refusal = refusalSchema.safeParse(await response.json().catch(() => null));
    throw sourceError(`analytics.${name}`, { code: refusal.data?.code ?? "", status: response.status });
  }

  return { call };
}

async function parse(response: Response, name: string): Promise<unknown> {
  try {
    const text = await response.text();
    return text === "" ? null : JSON.parse(text);
  } catch {
    throw sourceUnavailable(`the answer of analytics.${name} broke off or is no JSON`);
  }
}
