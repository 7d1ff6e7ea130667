import { exactly, type Figures } from "./figures.ts";
import { fetchImports, measuredRuntime } from "./runtime.ts";

const PROGRAM = new URL("./million_answers.ts", import.meta.url);
const CONFIG = new URL("../../supabase/functions/analytics/deno.json", import.meta.url);
const BUDGET_BYTES = 32 * 1024 * 1024;
/** A budget that keeps almost nothing. */
const NO_BUDGET_BYTES = 64 * 1024;

/**
 * P27: resident memory after a million distinct answers, with the cache's budget and with almost none. The garbage of
 * the answers is the same in both runs, so the two may differ by the budget at most.
 */
export async function measureMemory(): Promise<Figures> {
  const baseline = await residentBytes(NO_BUDGET_BYTES);
  return new Map([["P27", exactly(await residentBytes(BUDGET_BYTES) / (baseline + BUDGET_BYTES))]]);
}

/** Runs the measurement in a process of its own. */
async function residentBytes(budget_bytes: number): Promise<number> {
  const { deno, environment } = await measuredRuntime();
  await fetchImports(PROGRAM, CONFIG);
  const { stdout, success } = await new Deno.Command(deno, {
    args: ["run", "-A", "--quiet", "--no-lock", "--config", CONFIG.pathname, PROGRAM.pathname, String(budget_bytes)],
    env: environment,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("The million answers came to an end");
  return Number(new TextDecoder().decode(stdout));
}
