import { AppError } from "../../kernel/app_error.ts";
import { scrubMessage } from "../../kernel/scrub/message.ts";
import { asAppError, problem } from "../response/problem.ts";

export interface CallOptions {
  /** The deployed name of the function. */
  readonly name: string;
  /** @throws AppError if the caller is neither the scheduler nor has the key for manual calls */
  readonly authorize: (request: Request) => Promise<void>;
  /** Takes one JSON text for each request. */
  readonly log: (line: string) => void;
}

/** The result of a call: for the caller, and in short for the log. */
export interface CallResult {
  readonly answer: object;
  readonly line: Readonly<Record<string, unknown>>;
}

/** Answers calls of a scheduled function: POST only, authorised first, one log line each, an error as problem details. */
export function answerCalls(
  options: CallOptions,
  work: (request: Request) => Promise<CallResult>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const request_id = crypto.randomUUID();
    let response: Response;
    let line: CallResult["line"];
    // A caller with a valid signature or key is an operator of the deployment.
    let is_operator = false;
    try {
      requireMethod(request);
      await options.authorize(request);
      is_operator = true;
      const result = await work(request);
      response = Response.json(result.answer);
      line = result.line;
    } catch (thrown) {
      const error = asAppError(thrown);
      response = problem(error, request_id, { is_operator });
      line = { error: error.code, ...(error.defect === null ? {} : { defect: scrubMessage(error.defect) }) };
    }
    response.headers.set("cache-control", "no-store");
    response.headers.set("x-request-id", request_id);
    response.headers.set("x-content-type-options", "nosniff");
    options.log(JSON.stringify({ request_id, function: options.name, status: response.status, ...line }));
    return response;
  };
}

function requireMethod(request: Request): void {
  if (request.method === "POST") return;
  throw new AppError("METHOD_NOT_ALLOWED", { detail: "A scheduled function is called with POST", allow: ["POST"] });
}
