import { AppError } from "../core/app_error.ts";
import type { CallLedger } from "../core/call_ledger.ts";
import { scrubMessage } from "../core/scrub_message.ts";
import type { CallGate } from "../core/signed_call.ts";
import { authorizeCall } from "./authorize_call.ts";
import { completing } from "./completing.ts";
import { asAppError, problem } from "./problem.ts";

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
  options: ScheduledOptions,
  work: (request: Request) => Promise<Readonly<Record<string, unknown>>>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const request_id = crypto.randomUUID();
    let response: Response;
    let fault: Record<string, string> = {};
    try {
      response = Response.json(await answer(request, options, work));
    } catch (thrown) {
      const error = asAppError(thrown);
      response = problem(error, request_id);
      fault = { error: error.code, ...(error.defect === null ? {} : { defect: scrubMessage(error.defect) }) };
    }
    response.headers.set("cache-control", "no-store");
    response.headers.set("x-request-id", request_id);
    response.headers.set("x-content-type-options", "nosniff");
    options.log(JSON.stringify({ request_id, function: options.name, status: response.status, ...fault }));
    return response;
  };
}

async function answer(
  request: Request,
  { name, gate, ledger, log }: ScheduledOptions,
  work: (request: Request) => Promise<Readonly<Record<string, unknown>>>,
) {
  if (request.method !== "POST") {
    throw new AppError("METHOD_NOT_ALLOWED", { detail: "A scheduled function is called with POST", allow: ["POST"] });
  }
  await authorizeCall(request, { name, gate: gate() });
  return await completing(request, { ledger, report: log }, () => work(request));
}
