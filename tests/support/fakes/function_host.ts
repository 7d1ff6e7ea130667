import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A function's answer; default: 200. reset: the connection breaks; silent: no answer at all. */
export type FunctionAnswer =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | "reset"
  | "silent";

/** A project whose edge functions answer as scripted. Listens on loopback only. */
export interface FunctionHost {
  readonly origin: string;
  /** Sets the answers by function name, replacing earlier ones. */
  answers(answers: Readonly<Record<string, FunctionAnswer>>): void;
  /** Work that a function does before it answers; it gets the call's number in the ledger. */
  onCall(name: string, work: (call: string) => Promise<void>): void;
  stop(): Promise<void>;
}

export async function startFunctionHost(): Promise<FunctionHost> {
  let answers: Readonly<Record<string, FunctionAnswer>> = {};
  const works = new Map<string, (call: string) => Promise<void>>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the function host has no port");

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = (request.url ?? "").slice("/functions/v1/".length);
    request.resume();
    await works.get(name)?.(String(request.headers["freshet-call-id"]));
    const told = answers[name] ?? {};
    if (told === "silent") return;
    if (told === "reset") {
      request.socket.destroy();
      return;
    }
    response.writeHead(told.status ?? 200, { "content-type": "application/json", ...told.headers });
    response.end(told.body ?? "{}");
  }

  return {
    origin: `http://127.0.0.1:${address.port}`,
    answers: (next) => void (answers = next),
    onCall: (name, work) => void works.set(name, work),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
