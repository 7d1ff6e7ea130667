import { scrubMessage } from "../../kernel/scrub/message.ts";
import { asAppError, problem } from "./problem.ts";

type Line = Readonly<Record<string, unknown>>;

/** An answer, and what the log says of it in short. */
export interface LoggedAnswer {
  readonly response: Response;
  readonly line: Line;
}

export interface LoggedAnswerOptions {
  /** The deployed name of the function. */
  readonly name: string;
  /** Takes one JSON text for each request. */
  readonly log: (line: string) => void;
  /** What every line says besides, whatever the outcome. */
  readonly about?: Line;
  /** Asked when the work fails: an operator of the deployment reads the remedy too. */
  readonly isOperator?: () => boolean;
}

/** The frame of a function without routes: an error becomes problem details, nothing is stored, each request is one line. */
export async function loggedAnswer(
  { name, log, about = {}, isOperator = () => false }: LoggedAnswerOptions,
  work: () => Promise<LoggedAnswer>,
): Promise<Response> {
  const request_id = crypto.randomUUID();
  let response: Response;
  let line: Line;
  try {
    ({ response, line } = await work());
  } catch (thrown) {
    const error = asAppError(thrown);
    response = problem(error, request_id, { is_operator: isOperator() });
    line = { error: error.code, ...(error.defect === null ? {} : { defect: scrubMessage(error.defect) }) };
  }
  response.headers.set("cache-control", "no-store");
  response.headers.set("x-request-id", request_id);
  response.headers.set("x-content-type-options", "nosniff");
  log(JSON.stringify({ request_id, function: name, ...about, status: response.status, ...line }));
  return response;
}
