import type { CallLedger, Completion } from "../../ops/scheduled_calls.ts";
import { asAppError } from "../response/problem.ts";

/** The id of the request's row in the ledger; analytics.invoke_function sends it. */
const CALL_HEADER = "freshet-call-id";

export interface CompletingOptions {
  /** Called only for a request with such an id. */
  readonly ledger: () => CallLedger;
  /** Takes one JSON text when the completion could not be written. */
  readonly report: (line: string) => void;
}

/**
 * Does the work of a scheduled call and writes its outcome to the ledger: the only proof of an outcome that survives a lost
 * answer and a crash of the database. A completion that cannot be written does not change the work's result. Use it after
 * the caller was verified: a caller that may call may also set the outcome of the call.
 *
 * @throws everything that the work throws, after it was recorded as failed
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
    // The code only: a message may repeat text of the caller or of a row.
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

/** Null for a manual call, and for a header that invoke_function did not write. */
export function callIdOf(request: Request): number | null {
  const text = request.headers.get(CALL_HEADER);
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
