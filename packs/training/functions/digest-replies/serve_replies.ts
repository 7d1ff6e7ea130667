import { AppError } from "../../../../shared/kernel/app_error.ts";
import { scrubMessage } from "../../../../shared/kernel/scrub/message.ts";
import { asAppError, problem } from "../../../../shared/http/response/problem.ts";

export interface Replies {
  /** POST …/events: it answers its own errors and writes its own log. */
  readonly events: (request: Request) => Promise<Response>;
  /** …/unsubscribe. */
  readonly unsubscribe: (request: Request) => Promise<Response>;
  readonly log: (line: string) => void;
}

/** The two public paths of the function. */
export function serveReplies({ events, unsubscribe, log }: Replies): (request: Request) => Promise<Response> {
  return async (request) => {
    const path = new URL(request.url).pathname.replace(/^.*?\/digest-replies(?=\/|$)/, "");
    if (path === "/events") return await events(request);
    const request_id = crypto.randomUUID();
    const line: Record<string, unknown> = { request_id, function: "digest-replies", path: "unsubscribe" };
    let response: Response;
    try {
      if (path !== "/unsubscribe") {
        throw new AppError("NOT_FOUND", { detail: "Known are /digest-replies/unsubscribe and /digest-replies/events" });
      }
      response = await unsubscribe(request);
    } catch (thrown) {
      const error = asAppError(thrown);
      response = problem(error, request_id, { is_operator: false });
      Object.assign(line, { error: error.code }, error.defect === null ? {} : { defect: scrubMessage(error.defect) });
    }
    response.headers.set("cache-control", "no-store");
    response.headers.set("x-request-id", request_id);
    response.headers.set("x-content-type-options", "nosniff");
    log(JSON.stringify({ ...line, status: response.status }));
    return response;
  };
}
