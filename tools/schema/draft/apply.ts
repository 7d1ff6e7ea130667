import type postgres from "postgres";
import { messageOf } from "../../../stack/stack_error.ts";

/** A statement of a draft. */
export interface Step {
  readonly text: string;
  /** The schema file that it was copied from. */
  readonly path: string | null;
}

export interface Applied {
  /** In the order that worked. */
  readonly done: readonly Step[];
  readonly failed: readonly { readonly step: Step; readonly error: string }[];
}

/** Runs the steps; one that fails because it needs another is tried again after the others, until none helps. */
export async function applySteps(sql: postgres.TransactionSql, steps: readonly Step[]): Promise<Applied> {
  const done: Step[] = [];
  let waiting = steps;
  for (;;) {
    const failed: { step: Step; error: string }[] = [];
    for (const step of waiting) {
      try {
        await sql.savepoint((inner) => inner.unsafe(step.text));
        done.push(step);
      } catch (error) {
        failed.push({ step, error: messageOf(error) });
      }
    }
    if (failed.length === 0 || failed.length === waiting.length) return { done, failed };
    waiting = failed.map(({ step }) => step);
  }
}
