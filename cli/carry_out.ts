import { writeFile } from "node:fs/promises";
import { agreed, apply } from "./apply.ts";
import type { Place } from "./command.ts";
import type { Options } from "./options.ts";
import type { Plan } from "./plan.ts";
import { inWords } from "./print.ts";

/** How a command speaks of its plan. */
export interface Words {
  readonly verb: string;
  /** What is left to do by hand. */
  readonly next: string;
}

/** Prints a plan, saves it where `--plan` says, and does it when it is agreed to. */
export async function carryOut(
  plan: Plan,
  { values, flags }: Options,
  { folder, say }: Place,
  { verb, next }: Words,
): Promise<number> {
  const as_json = JSON.stringify(plan, null, 2);
  const file = values.get("plan");
  if (file !== undefined) await writeFile(file, `${as_json}\n`);
  say(flags.has("json") ? as_json : inWords(plan));
  if (plan.problems.length > 0) return 1;
  if (flags.has("dry-run") || plan.files.length === 0) return 0;
  if (!await agreed(`${verb} ${plan.files.length} files?`, flags.has("yes"))) return 1;
  await apply(folder, plan.files);
  if (!flags.has("json")) say(next);
  return 0;
}
