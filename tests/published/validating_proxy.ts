import document from "../../packs/openapi.json" with { type: "json" };

/** Named at run time only: what the lock file lists is downloaded by every command. */
const EXPRESS = "npm:express@5.2.1";
const VALIDATOR = "npm:express-openapi-validator@5.6.2";

/** What this file uses of Express. */
interface Asked {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}
interface Answering {
  status(code: number): Answering;
  set(headers: Readonly<Record<string, string>>): Answering;
  type(name: string): Answering;
  json(body: unknown): void;
  send(body: string): void;
}
type Middleware =
  | ((asked: Asked, answering: Answering, next: (error?: unknown) => void) => unknown)
  | ((error: Error, asked: Asked, answering: Answering, next: unknown) => unknown);
interface App {
  use(middleware: Middleware | readonly Middleware[]): void;
  listen(port: number, host: string, ready: () => void): {
    address(): { readonly port: number };
    close(done: () => void): void;
    closeAllConnections(): void;
  };
}

/** The status with which the proxy says that a question, or an answer that came back, is not what the document says. */
export const REFUSED = 599;

/** A proxy that a peer may put between: it holds questions and answers to the OpenAPI document, formats included. */
export interface ValidatingProxy {
  /** @param path below /analytics */
  ask(path: string, headers: Readonly<Record<string, string>>): Promise<Response>;
  stop(): Promise<void>;
}

/** @param upstream the server behind it */
export async function startValidatingProxy(
  upstream: (request: Request) => Promise<Response>,
): Promise<ValidatingProxy> {
  const { default: express } = await import(EXPRESS) as { readonly default: () => App };
  const { middleware } = await import(VALIDATOR) as {
    readonly middleware: (options: unknown) => readonly Middleware[];
  };
  const app = express();
  app.use(middleware({
    apiSpec: { ...structuredClone(document), servers: [{ url: "/analytics" }] },
    validateRequests: true,
    validateResponses: true,
    // Credentials are ours to check.
    validateSecurity: false,
  }));
  app.use(async (asked: Asked, answering: Answering) => {
    const headers = Object.entries(asked.headers).filter(([name, value]) => value !== undefined && name !== "host");
    const request = new Request(`http://upstream${asked.originalUrl}`, { headers: headers as [string, string][] });
    const response = await upstream(request);
    const body = await response.text();
    const type = response.headers.get("content-type") ?? "";
    answering.status(response.status).set({ "x-request-id": response.headers.get("x-request-id") ?? "" }).type(type);
    if (type.includes("json")) answering.json(JSON.parse(body));
    else answering.send(body);
  });
  app.use((error: Error, _asked: Asked, answering: Answering, _next: unknown) =>
    answering.status(REFUSED).json({ message: error.message })
  );
  const server = await new Promise<ReturnType<App["listen"]>>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const origin = `http://127.0.0.1:${server.address().port}/analytics`;
  return {
    ask: (path, headers) => fetch(`${origin}${path}`, { headers }),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
