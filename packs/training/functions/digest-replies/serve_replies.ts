import { AppError } from "../../../../shared/kernel/app_error.ts";
import { loggedAnswer } from "../../../../shared/http/response/logged_answer.ts";

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
    return await loggedAnswer({ name: "digest-replies", about: { path: "unsubscribe" }, log }, async () => {
      if (path !== "/unsubscribe") {
        throw new AppError("NOT_FOUND", { detail: "Known are /digest-replies/unsubscribe and /digest-replies/events" });
      }
      return { response: await unsubscribe(request), line: {} };
    });
  };
}
