import { LOAD_CPU } from "./processors.ts";

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly connections?: number;
  /** A file with one token on each line, used in turn, and the line to start after. */
  readonly tokens?: { readonly file: string; readonly start: number };
  /** A file with one path on each line, used in turn. */
  readonly paths?: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly requests_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

const TOKENS_SCRIPT = new URL("./tokens.lua", import.meta.url).pathname;
const PATHS_SCRIPT = new URL("./paths.lua", import.meta.url).pathname;
const MILLISECONDS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };

/**
 * Loads a URL with one thread. @throws Error if any answer is an error: errors are fast and would distort the result.
 */
export async function wrk({ url, headers, seconds, connections = 32, tokens, paths }: Load): Promise<LoadResult> {
  const { stdout } = await new Deno.Command("taskset", {
    args: [
      ...["-c", String(LOAD_CPU), "wrk", "-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "--latency"],
      ...Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
      ...(tokens === undefined ? [] : ["-s", TOKENS_SCRIPT]),
      ...(paths === undefined ? [] : ["-s", PATHS_SCRIPT]),
      url,
    ],
    stderr: "inherit",
    env: {
      ...(tokens === undefined ? {} : { TOKENS: tokens.file, START: String(tokens.start) }),
      ...(paths === undefined ? {} : { PATHS: paths }),
    },
  }).output();
  const text = new TextDecoder().decode(stdout);
  const trouble = /Non-2xx.*|Socket errors.*/.exec(text)?.[0];
  if (trouble !== undefined) throw new Error(`${url}: ${trouble}`);
  return {
    requests: Number(/(\d+) requests in/.exec(text)?.[1]),
    requests_per_second: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p50_ms: quantile(text, "50%"),
    p99_ms: quantile(text, "99%"),
  };
}

function quantile(text: string, name: string): number {
  const [, number, unit = ""] = new RegExp(`^\\s+${name}\\s+([\\d.]+)(us|ms|s|m)$`, "m").exec(text) ?? [];
  return Number(number) * (MILLISECONDS[unit] ?? NaN);
}

/** Installs wrk and taskset if they are missing, as root only. @throws Error that says how to install them. */
export async function requireWrk(): Promise<void> {
  const found = await new Deno.Command("sh", { args: ["-c", "command -v wrk taskset"], stdout: "null" }).output();
  if (found.success) return;
  const remedy = "install them with: apt-get install wrk util-linux";
  if (Deno.uid() !== 0) throw new Error(`wrk and taskset are needed; ${remedy}`);
  const installed = await new Deno.Command("apt-get", { args: ["install", "-y", "wrk", "util-linux"], stdout: "null" })
    .output();
  if (!installed.success) throw new Error(`wrk cannot be installed; ${remedy}`);
}
