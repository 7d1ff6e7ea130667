import { pause } from "../../../stack/pause.ts";

/** A fault on the way to Redis. Default: none, requests are passed on. */
export type RedisFault =
  | { readonly kind: "refuse" | "blackhole" | "reset" | "truncate" }
  | { readonly kind: "slow"; readonly milliseconds: number }
  | { readonly kind: "answer"; readonly status: number; readonly body: string };

/** A proxy between the functions and the stack's Redis, with scripted faults. On loopback only. */
export interface RedisProxy {
  readonly url: string;
  /** Sets the URL to which requests are passed on. */
  pointAt(url: string): void;
  break(fault: RedisFault): Promise<void>;
  mend(): Promise<void>;
  /** Number of requests that met the fault; refused connections are not counted. */
  met(): number;
  stop(): Promise<void>;
}

export function startRedisProxy(): RedisProxy {
  let target = "";
  let fault: RedisFault | null = null;
  let met = 0;

  async function handle(request: Request): Promise<Response> {
    const broken = fault;
    if (broken === null) return await passOn(request);
    met += 1;
    switch (broken.kind) {
      case "answer":
        return new Response(broken.body, { status: broken.status });
      case "truncate": {
        const whole = await (await passOn(request)).text();
        return new Response(whole.slice(0, Math.floor(whole.length / 2)));
      }
      case "reset": {
        await passOn(request).then((response) => response.body?.cancel());
        return new Response(new ReadableStream({ pull: (stream) => stream.error(new Error("reset")) }));
      }
      case "slow":
        await pause(broken.milliseconds, request.signal);
        return await passOn(request);
      default:
        await new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve(), { once: true }));
        return new Response(null, { status: 499 });
    }
  }

  async function passOn(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const init = { method: request.method, headers: request.headers, body: await request.text() };
    // The caller may have closed the connection.
    return await fetch(`${target}${pathname}${search}`, init).catch(() => new Response(null, { status: 502 }));
  }

  let listener = listen(0, handle);
  const { port } = listener;
  async function change(next: RedisFault | null): Promise<void> {
    const was_refusing = fault?.kind === "refuse";
    fault = next;
    if (next?.kind === "refuse" && !was_refusing) await listener.close();
    if (next?.kind !== "refuse" && was_refusing) listener = listen(port, handle);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    pointAt: (url) => void (target = url),
    break: change,
    mend: () => change(null),
    met: () => met,
    stop: () => listener.close(),
  };
}

function listen(port: number, handle: (request: Request) => Promise<Response>) {
  const closing = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    signal: closing.signal,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, handle);
  return {
    port: server.addr.port,
    async close() {
      closing.abort();
      await server.finished;
    },
  };
}
