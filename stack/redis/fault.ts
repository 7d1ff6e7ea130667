import { pause } from "../pause.ts";

/**
 * How the adapter misbehaves on purpose, so that a test can see how the product reacts.
 *
 * - refuse: nothing listens on the port
 * - blackhole: the request is taken and never answered
 * - delay: the answer comes late
 * - garbage: a proxy's HTML page with status 502
 */
export type Fault =
  | { kind: "none" }
  | { kind: "refuse" }
  | { kind: "blackhole" }
  | { kind: "delay"; milliseconds: number }
  | { kind: "garbage" };

/** Applies a fault to one request. Answers undefined when the request should go on as usual. */
export async function suffer(fault: Fault, request: Request): Promise<Response | undefined> {
  if (fault.kind === "garbage") {
    return new Response("<html><body>502 Bad Gateway</body></html>", {
      status: 502,
      headers: { "content-type": "text/html" },
    });
  }
  if (fault.kind === "blackhole") await aborted(request.signal);
  if (fault.kind === "delay") await pause(fault.milliseconds, request.signal);
  return undefined;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
