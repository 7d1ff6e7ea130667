import { AppError } from "../kernel/app_error.ts";
import type { ServerPosition } from "./server.ts";

/** From this lag on a replica counts as lost: what depends on rights has passed it by for long. */
const LOST_LAG_MS = 60_000;

interface Answer {
  readonly server: ServerPosition;
  readonly states: Readonly<Record<string, { readonly version: number }>>;
}

/** What was found at the read address. `fault` completes the sentence "FRESHET_READ_URL …". */
export interface ReadAddressLook {
  readonly fault: string | null;
  /** An upper bound; null if not known. */
  readonly lag_ms: number | null;
}

/**
 * Looks once at the read address. The primary is asked before and after: a replica cannot be ahead of what the primary says
 * afterwards, and has no lag if it has all that the primary had before.
 *
 * @returns null where the primary does not answer: then nothing can be said of the other address
 */
export async function lookAtReadAddress(
  { primary, reads }: {
    readonly primary: { states(): Promise<Answer> };
    readonly reads: { states(): Promise<Answer> };
  },
): Promise<ReadAddressLook | null> {
  const before = await answerOf(primary);
  const there = await answerOf(reads);
  const after = await answerOf(primary);
  if (before === null || after === null) return null;
  if (there === null) return { fault: "does not answer", lag_ms: null };
  const { server } = there;
  if (!server.is_replica) {
    const is_primary = server.server === after.server.server;
    return { fault: is_primary ? null : "takes writes and is not the primary", lag_ms: is_primary ? 0 : null };
  }
  if (server.history !== after.server.history) {
    return { fault: "does not follow the primary: it leads to another database or another timeline", lag_ms: null };
  }
  if (isAhead(there, after)) return { fault: "is ahead of the primary: it leads to another database", lag_ms: null };
  const lag_ms = server.position >= before.server.position ? 0 : server.lag_ms;
  return { fault: lag_ms !== null && lag_ms > LOST_LAG_MS ? "is more than a minute behind" : null, lag_ms };
}

function isAhead(there: Answer, after: Answer): boolean {
  return there.server.position > after.server.position ||
    Object.entries(there.states).some(([name, { version }]) => version > (after.states[name]?.version ?? Infinity));
}

async function answerOf(server: { states(): Promise<Answer> }): Promise<Answer | null> {
  try {
    return await server.states();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
