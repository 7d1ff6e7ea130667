import type { CallLedger, Completion } from "../../ops/scheduled_calls.ts";
import { asAppError } from "../response/problem.ts";

/** Names the row of the ledger that a request belongs to; analytics.invoke_function sends it. */
const CALL_HEADER = "freshet-call-id";

export interface CompletingOptions {
  /** Called only for a request that names its row. */
  readonly ledger: () => CallLedger;
  /** Takes one JSON text when the completion could not be written. */
  readonly report: (line: string) => void;
}

/**
 * Does the work of a scheduled call and writes into the ledger how it ended: the one proof of an outcome that survives
 * a lost answer and a crash of the database. A completion that cannot be written changes nothing of the work. Use it
 * after the caller was verified: whoever may call may also say how the call ended.
 *
 * @throws whatever the work throws, after it was reported as failed
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const written: unknown[] = [];
 * const ledger = () => ({ complete: (call: number, { outcome }: { outcome: string }) => Promise.resolve(void written.push([call, outcome])) });
 * const request = new Request("http://localhost/nightly", { method: "POST", headers: { "freshet-call-id": "17" } });
 * assert.equal(await completing(request, { ledger, report: console.log }, () => Promise.resolve("done")), "done");
 * assert.deepEqual(written, [[17, "succeeded"]]);
 * ```
 */
export async function completing<Result>(
  request: Request,
  options: CompletingOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const call_id = callIdOf(request);
  try {
    const result = await work();
    await write({ outcome: "succeeded", detail: null });
    return result;
  } catch (error) {
    // The code only: a message may repeat what the caller, or a row, said.
    await write({ outcome: "failed", detail: asAppError(error).code });
    throw error;
  }

  async function write(completion: Completion): Promise<void> {
    if (call_id === null) return;
    try {
      await options.ledger().complete(call_id, completion);
    } catch (error) {
      options.report(JSON.stringify({ call_id, completion: "not written", error: asAppError(error).code }));
    }
  }
}

/** null for a call by hand, and for a header that invoke_function did not write. */
export function callIdOf(request: Request): number | null {
  const text = request.headers.get(CALL_HEADER);
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
