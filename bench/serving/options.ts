import type { RuntimeName } from "./runtime.ts";

/** How long to measure, and on which runtime. A shorter run is less precise. */
export interface Options {
  readonly rounds: number;
  /** Duration of one measurement. */
  readonly seconds: number;
  readonly warm_up_seconds: number;
  /** Parts to measure; an empty list means all. */
  readonly only: readonly string[];
  readonly deno: RuntimeName;
}

/**
 * Parses `--rounds N --seconds N --warm-up N --only throughput,memory --deno deployed|tasks`.
 *
 * @throws Error that names the invalid argument
 */
export function parseOptions(args: readonly string[]): Options {
  const numbers: Record<string, number> = { "--rounds": 12, "--seconds": 1, "--warm-up": 3 };
  let only: string[] = [];
  let deno: RuntimeName = "deployed";
  for (let index = 0; index < args.length; index += 2) {
    const [name = "", value = ""] = args.slice(index, index + 2);
    if (name === "--only") only = value.split(",");
    else if (name === "--deno" && (value === "deployed" || value === "tasks")) deno = value;
    else if (name in numbers && /^[1-9]\d{0,3}$/.test(value)) numbers[name] = Number(value);
    else {throw new Error(
        `"${name} ${value}" was not understood: give --rounds, --seconds, --warm-up, --only or --deno`,
      );}
  }
  const { "--rounds": rounds = 12, "--seconds": seconds = 1, "--warm-up": warm_up_seconds = 3 } = numbers;
  return { rounds, seconds, warm_up_seconds, only, deno };
}
