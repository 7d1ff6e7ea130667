import { z } from "zod";
import { AppError } from "../../../../shared/kernel/app_error.ts";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import type { State } from "../clerk-webhook/change.ts";
import type { ClerkInstance } from "../clerk-webhook/clerk_instance.ts";
import { type Absent, absent, askForAbsent } from "./ask_for_absent.ts";
import type { AskClerk } from "./clerk_api.ts";
import { type Page, readPage } from "./read_page.ts";

/** Clerk's largest page. */
const PAGE = 500;

const step = z.object({
  walk_id: z.number().int(),
  phase: z.enum(["user", "organization", "membership", "absent"]),
  position: z.string().nullable(),
  asked: z.array(absent),
});

export interface StepParts {
  readonly rpc: PackRpc;
  readonly ask: AskClerk;
  readonly instance: ClerkInstance;
  /** Rows of a page; Clerk's largest by default. */
  readonly size?: number;
}

/**
 * Asks Clerk for one page of the walk that is under way, or for up to 50 of the rows that no page had, and writes it to
 * the database with the place of the next.
 *
 * @returns outcome: taken, finished, moved (another call took this page), waiting (Clerk answered 429) or idle (no walk)
 */
export async function takeStep(
  { rpc, ask, instance, size = PAGE }: StepParts,
): Promise<Readonly<Record<string, unknown>>> {
  const next = await rpc({ name: "next_clerk_step", input: {}, output: step.nullable(), timeout_ms: 8_000 });
  if (next === null) return { outcome: "idle" };
  const { walk_id, phase, position, asked } = next;
  const found = phase === "absent" ? await absentOnes(asked, ask) : await readPage(ask, phase, position, size);
  if ("wait_seconds" in found) {
    await rpc({ name: "defer_clerk_walk", input: { walk_id, ...found }, output: z.unknown(), timeout_ms: 8_000 });
    return { outcome: "waiting", phase, ...found };
  }
  const changes = found.changes.map((change) => ({ ...instance, ...change }));
  const outcome = await rpc({
    name: "take_clerk_step",
    input: { step: { walk_id, phase, position, ...found, changes } },
    output: z.enum(["taken", "finished", "moved"]),
    timeout_ms: 8_000,
  });
  return { outcome, phase, rows: found.seen.length };
}

/** What was asked before Clerk answered 429 is asked again with the next call. */
async function absentOnes(asked: readonly Absent[], ask: AskClerk): Promise<Page | { readonly wait_seconds: number }> {
  const changes: State[] = [];
  const refused: string[] = [];
  for (const one of asked) {
    try {
      const state = await askForAbsent(one, ask);
      if ("wait_seconds" in state) return state;
      changes.push(state);
    } catch (error) {
      // An answer that cannot be read concerns one row; an outage or a wrong key concerns them all.
      if (!(error instanceof AppError) || error.code !== "INTERNAL" || error.remedy !== null) throw error;
      refused.push(`${one.clerk_id}: ${error.defect ?? error.message}`);
    }
  }
  return {
    changes,
    seen: changes.filter(({ is_deletion }) => !is_deletion).map(({ clerk_id }) => clerk_id),
    refused_count: refused.length,
    refused_because: refused[0] ?? null,
    next_position: asked.at(-1)?.clerk_id ?? null,
    is_lost: false,
  };
}
