import http from "node:http";
import { Readable } from "node:stream";
import { messageOf } from "../stack_error.ts";
import { problemResponse } from "./problem.ts";

/** Headers that belong to one connection, not to the message (RFC 9110, 7.6.1). */
const hopByHop = new Set(
  "connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade".split(" "),
);
/** Bytes. */
const LONG_BODY = 65_536;
const statusesWithoutBody = new Set([101, 204, 205, 304]);

export interface Target {
  /** The origin of the part, e.g. http://127.0.0.1:41234. */
  origin: string;
  /** Path and query there. */
  path: string;
  /** The name of the part in the error when it cannot be reached. */
  part: string;
  headers: Headers;
}

/**
 * Passes a request on and streams the answer back, byte for byte. When the caller goes away, so does the request.
 * A part that cannot be reached is an answer too: 503 or 502.
 */
export type Forward = (request: Request, target: Target) => Promise<Response>;

/** Keeps connections to the parts open until `stop()`. */
export function startProxy(): { forward: Forward; stop(): void } {
  // node:http instead of fetch(), because fetch() decompresses every body: a test of the product's own compression
  // would see nothing of it.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  return { forward: (request, target) => forward(request, target, agent), stop: () => agent.destroy() };
}

async function forward(request: Request, target: Target, agent: http.Agent): Promise<Response> {
  try {
    return await attempt(request, target, agent);
  } catch (error) {
    if (!isStale(error) || request.body !== null) return unreachable(error, target);
  }
  try {
    return await attempt(request, target, agent);
  } catch (error) {
    return unreachable(error, target);
  }
}

function unreachable(error: unknown, { origin, part }: Target): Response {
  return problemResponse({
    status: isRefused(error) ? 503 : 502,
    code: "PART_UNREACHABLE",
    detail: `${part} at ${origin}: ${messageOf(error)}`,
    remedy: "look into its log (deno task status names it), or stop and start the stack",
  });
}

function attempt(request: Request, { origin, path, headers }: Target, agent: http.Agent): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    // A part that refuses a long body before it has read it leaves a connection on which the next request would wait. (One
    // that is to be closed at once could be closed before the refusal is read.)
    const own = isLong(request) ? new http.Agent({ keepAlive: true }) : null;
    const options = { hostname, port, path, method: request.method, headers: listed(headers) };
    const outgoing = http.request({ ...options, agent: own ?? agent });
    const cancel = () => outgoing.destroy(new Error("The caller has gone"));
    request.signal.addEventListener("abort", cancel, { once: true });
    outgoing.on("error", (cause) => {
      own?.destroy();
      reject(Object.assign(cause, { isReused: outgoing.reusedSocket }));
    });
    outgoing.on("response", (incoming) => {
      incoming.once("close", () => own?.destroy());
      resolve(responseOf(request, incoming));
    });
    if (request.body === null) return outgoing.end();
    const body = Readable.fromWeb(request.body);
    body.on("error", (cause) => outgoing.destroy(cause));
    body.pipe(outgoing);
  });
}

function isLong({ body, headers }: Request): boolean {
  return body !== null && Number(headers.get("content-length") ?? Infinity) > LONG_BODY;
}

function responseOf(request: Request, incoming: http.IncomingMessage): Response {
  const status = incoming.statusCode ?? 502;
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] ?? "";
    if (!hopByHop.has(name.toLowerCase())) headers.append(name, incoming.rawHeaders[index + 1] ?? "");
  }
  if (request.method === "HEAD" || statusesWithoutBody.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(incoming), { status, headers });
}

function listed(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !hopByHop.has(name)));
}

/** A kept connection that the part closed, by a restart or an idle timeout, just as it was used again. */
function isStale(error: unknown): boolean {
  return error instanceof Error && "isReused" in error && error.isReused === true;
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}
