import { AppError } from "../../kernel/app_error.ts";
import { loggedAnswer } from "../response/logged_answer.ts";

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
  return (request) => {
    // A caller with a valid signature or key is an operator of the deployment.
    let is_operator = false;
    return loggedAnswer({ ...options, isOperator: () => is_operator }, async () => {
      requireMethod(request);
      await options.authorize(request);
      is_operator = true;
      const { answer, line } = await work(request);
      return { response: Response.json(answer), line };
    });
  };
}

function requireMethod(request: Request): void {
  if (request.method === "POST") return;
  throw new AppError("METHOD_NOT_ALLOWED", { detail: "A scheduled function is called with POST", allow: ["POST"] });
}
