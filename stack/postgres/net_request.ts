/** One row of net.http_request_queue. */
export interface QueuedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string> | null;
  readonly body: string | null;
  readonly timeout_milliseconds: number;
}

/** One row of net._http_response, but for `created`. */
export interface StoredResponse {
  readonly id: string;
  readonly statusCode: number | null;
  readonly contentType: string | null;
  readonly headers: Record<string, string> | null;
  readonly content: string | null;
  readonly timedOut: boolean;
  readonly errorMessage: string | null;
}

/** Sends one request and returns the row that pg_net would have stored: an error is a row, and is not thrown. */
export async function perform(request: QueuedRequest, stopping: AbortSignal): Promise<StoredResponse> {
  if (request.timeout_milliseconds <= 0) {
    return failed(request, false, `timeout_milliseconds must be at least 1, got ${request.timeout_milliseconds}`);
  }
  const timeout = AbortSignal.timeout(request.timeout_milliseconds);
  const began = performance.now();
  try {
    const response = await fetch(request.url, {
      method: request.method.toUpperCase(),
      headers: { "user-agent": "pg_net/stand-in", ...request.headers },
      ...(request.body === null ? {} : { body: request.body }),
      signal: AbortSignal.any([timeout, stopping]),
    });
    const content = await response.text(); // the time-out covers the body too
    return {
      id: request.id,
      statusCode: response.status,
      contentType: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      content: content === "" ? null : content,
      timedOut: false,
      errorMessage: null,
    };
  } catch (error) {
    if (timeout.aborted) return failed(request, true, timeoutMessage(request, performance.now() - began));
    return failed(request, false, curlMessage(error));
  }
}

function failed(request: QueuedRequest, timedOut: boolean, errorMessage: string): StoredResponse {
  return { id: request.id, statusCode: null, contentType: null, headers: null, content: null, timedOut, errorMessage };
}

function timeoutMessage(request: QueuedRequest, elapsedMs: number): string {
  return `Timeout of ${request.timeout_milliseconds} ms reached. Total time: ${elapsedMs.toFixed(6)} ms`;
}

/** pg_net stores curl's message for a failure; code that matches it locally must match it on the platform too. */
function curlMessage(error: unknown): string {
  const text = error instanceof Error ? `${error.message} ${error.cause ?? ""}` : String(error);
  if (/dns error|failed to lookup|name or service not known/i.test(text)) return "Couldn't resolve host name";
  if (/connection refused|tcp connect|unreachable|ports? \d+ (?:is|are) blocked/i.test(text)) {
    return "Couldn't connect to server";
  }
  if (/certificate|tls|ssl/i.test(text)) return "SSL peer certificate or SSH remote key was not OK";
  if (/invalid url/i.test(text)) return "URL using bad/illegal format or missing URL";
  if (/scheme/i.test(text)) return "Unsupported protocol";
  if (/reset|closed before|incomplete/i.test(text)) return "Failure when receiving data from the peer";
  return error instanceof Error ? error.message : text;
}
