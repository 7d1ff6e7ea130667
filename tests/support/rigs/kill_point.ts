import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Buffer } from "node:buffer";

/** The point of an isolate's call of the project at which the isolate must die. */
export interface KillPoint {
  /** Name of the database function whose call is the point. */
  readonly call: string;
  /** before: the call never reaches the project; after: the project has answered, but the answer never arrives. */
  readonly when: "before" | "after";
}

/**
 * A proxy between an isolate and its project, for killing the isolate at a point of its work. Listens on loopback only.
 */
export interface KillPoints {
  readonly origin: string;
  /** Resolves at the next call at this point, which gets no answer. */
  next(point: KillPoint): Promise<void>;
  stop(): Promise<void>;
}

export async function startKillPoints(project: string): Promise<KillPoints> {
  let armed: (KillPoint & { readonly hit: () => void }) | null = null;
  const server = createServer((request, response) =>
    // The isolate may have been killed meanwhile.
    void forward(request, response).catch(() => request.socket.destroy())
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the kill points have no port");

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (isHit(request, "before")) return;

    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (!["host", "connection", "content-length"].includes(name)) headers.set(name, String(value));
    }
    const answer = await fetch(project + (request.url ?? ""), {
      method: request.method ?? "GET",
      headers,
      ...(chunks.length === 0 ? {} : { body: new Uint8Array(Buffer.concat(chunks)) }),
    });
    const body = new Uint8Array(await answer.arrayBuffer());
    if (isHit(request, "after")) return;
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
    response.end(body);
  }

  function isHit(request: IncomingMessage, when: KillPoint["when"]): boolean {
    if (armed?.when !== when || !(request.url ?? "").endsWith(`/rpc/${armed.call}`)) return false;
    armed.hit();
    armed = null;
    return true;
  }

  return {
    origin: `http://127.0.0.1:${address.port}`,
    next: (point) => new Promise((resolve) => armed = { ...point, hit: resolve }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
