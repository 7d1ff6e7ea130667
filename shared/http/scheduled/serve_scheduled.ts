import type { CallGate, CallLedger } from "../../ops/scheduled_calls.ts";
import { answerCalls } from "./answer_call.ts";
import { authorizeCall } from "./authorize_call.ts";
import { completing } from "./completing.ts";

export interface ScheduledOptions {
  /** Its deployed name, by which jobs call it with analytics.invoke_function. */
  readonly name: string;
  readonly gate: () => CallGate;
  readonly ledger: () => CallLedger;
  /** Takes one JSON text for each request. */
  readonly log: (line: string) => void;
}

/**
 * A function of your own that jobs call through analytics.invoke_function: POST, signed. The result of the work is the
 * answer; its outcome is written to the ledger of calls, even if the answer is lost.
 */
export function serveScheduled(
  { name, gate, ledger, log }: ScheduledOptions,
  work: (request: Request) => Promise<Readonly<Record<string, unknown>>>,
): (request: Request) => Promise<Response> {
  const authorize = async (request: Request) => await authorizeCall(request, { name, gate: gate() });
  return answerCalls({ name, authorize, log }, async (request) => {
    const answer = await completing(request, { ledger, report: log }, () => work(request));
    return { answer, line: {} };
  });
}
