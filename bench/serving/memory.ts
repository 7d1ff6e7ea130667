import { exactly, type Figures } from "./figures.ts";
import { fetchImports, measuredRuntime } from "./runtime.ts";

const PROGRAM = new URL("./million_answers.ts", import.meta.url);
const CONFIG = new URL("../../supabase/functions/analytics/deno.json", import.meta.url);
const BUDGET_BYTES = 32 * 1024 * 1024;
/** Keeps next to nothing. */
const NO_BUDGET_BYTES = 64 * 1024;

/**
 * P27: the memory that a million distinct answers leave behind, with the cache's budget and with none. What garbage the
 * answers make on their way is the same in both, so the budget is all that may lie between them.
 */
export async function measureMemory(): Promise<Figures> {
  const baseline = await residentBytes(NO_BUDGET_BYTES);
  return new Map([["P27", exactly(await residentBytes(BUDGET_BYTES) / (baseline + BUDGET_BYTES))]]);
}

/** In a process of its own. */
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
