import { type Child, startChild } from "../child.ts";
import { pause } from "../pause.ts";
import { listensAt, untilUp } from "../until_up.ts";
import type { FoundFunction } from "./discovery.ts";
import type { EdgeRuntime } from "./edge_runtime.ts";

export interface IsolateOptions {
  runtime: EdgeRuntime;
  /** As arguments of the program. */
  permissions: string[];
  environment: Record<string, string>;
  port: number;
  logFile: string;
  onOutput?: (chunk: Uint8Array) => void;
}

/** One running copy of a function. When it crashes it is started again, on the same port. */
export interface Isolate {
  readonly url: string;
  /** Ends the process; its successor, on the same port, loads the files as they are now. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one isolate and waits until it listens. Throws a StackError with the end of its log when it does not. */
export async function startIsolate(found: FoundFunction, options: IsolateOptions): Promise<Isolate> {
  const stopping = new AbortController();
  let renewing = new AbortController();
  let child = await launchListening(found, options);
  const supervision = supervise();

  async function supervise(): Promise<void> {
    for (let failureCount = 0;; failureCount++) {
      const startedAt = Date.now();
      const { code } = await child.ended;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > 30_000) failureCount = 0;
      if (!renewing.signal.aborted) {
        const wait = Math.min(250 * 2 ** failureCount, 10_000);
        note(options.logFile, `ended with code ${code}, starts again in ${wait} ms`);
        await pause(wait, AbortSignal.any([stopping.signal, renewing.signal]));
        if (stopping.signal.aborted) return;
      }
      if (renewing.signal.aborted) {
        note(options.logFile, "its files changed, starts again");
        renewing = new AbortController();
        failureCount = -1;
      }
      child = launch(found, options);
    }
  }
  return {
    url: `http://127.0.0.1:${options.port}`,
    async restart() {
      renewing.abort();
      await child.stop();
    },
    async stop() {
      stopping.abort();
      await child.stop();
      await supervision;
    },
  };
}

type Found = Pick<FoundFunction, "name" | "entrypoint" | "config">;

/** Starts the process alone and waits until it listens: nothing starts it again. Throws as startIsolate() does. */
export async function launchListening(found: Found, options: IsolateOptions): Promise<Child> {
  const child = launch(found, options);
  await untilUp(child, {
    name: `Function "${found.name}"`,
    answers: () => listensAt(options.port),
    remedy: `correct it and start again; its whole log is ${child.logFile}`,
  });
  return child;
}

function launch({ entrypoint, config }: Found, options: IsolateOptions): Child {
  return startChild({
    command: options.runtime.deno,
    args: [
      ...["serve", "--quiet", "--no-prompt", "--no-lock", "--cached-only", "--config", config],
      ...options.permissions,
      ...["--host", "127.0.0.1", "--port", String(options.port), entrypoint],
    ],
    environment: { DENO_DIR: options.runtime.cacheFolder, NO_COLOR: "1", ...options.environment },
    clearEnvironment: true,
    logFile: options.logFile,
    ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
  });
}

function note(logFile: string, text: string): void {
  Deno.writeTextFileSync(logFile, `[stack] ${new Date().toISOString()} ${text}\n`, { append: true });
}
