import type { CallGate, CallLedger } from "../../ops/scheduled_calls.ts";
import { answerCalls } from "./answer_call.ts";
import { authorizeCall } from "./authorize_call.ts";
import { completing } from "./completing.ts";

export interface ScheduledOptions {
  /** As it is deployed, and as jobs name it to analytics.invoke_function. */
  readonly name: string;
  readonly gate: () => CallGate;
  readonly ledger: () => CallLedger;
  /** Takes one JSON text for each request. */
  readonly log: (line: string) => void;
}

/**
 * A function of your own that jobs call through analytics.invoke_function: POST, signed. What the work returns is the
 * answer; how it ended stands in the ledger of calls, whatever becomes of the answer.
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
