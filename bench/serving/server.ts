import { freePort } from "../../stack/free_port.ts";
import { pause } from "../../stack/pause.ts";
import { SERVER_CPU } from "./processors.ts";
import { fetchImports, measuredRuntime } from "./runtime.ts";

export interface ServerOptions {
  /** A module that exports `fetch`, like an edge function. */
  readonly module: URL;
  /** Its deno.json; default: the project's. */
  readonly config?: URL;
  /** Its lock file; without one, package versions are resolved at every start. */
  readonly lock?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cpu?: number;
  /** A path that answers as soon as the server is up. */
  readonly probe?: string;
}

/** A server, hosted as the stack hosts a function, pinned to the servers' processor. */
export interface Server {
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const PROJECT_CONFIG = new URL("../../deno.json", import.meta.url);

export async function startServer(options: ServerOptions): Promise<Server> {
  await fetchImports(options.module, options.config ?? PROJECT_CONFIG);
  const server = await launch(options);
  while (!await answers(`${server.origin}${options.probe ?? "/"}`)) await pause(20);
  return server;
}

/** Starts a server without waiting for it, so that the caller can measure its start. */
export async function launch(
  { module, config = PROJECT_CONFIG, lock, environment = {}, cpu = SERVER_CPU }: ServerOptions,
): Promise<Server> {
  const runtime = await measuredRuntime();
  const port = freePort();
  const process = new Deno.Command("taskset", {
    args: [
      ...["-c", String(cpu), runtime.deno, "serve", "--quiet", "--no-prompt", "--cached-only"],
      lock === undefined ? "--no-lock" : `--lock=${lock}`,
      ...["--config", config.pathname, "-A", "--host", "127.0.0.1", "--port", String(port), module.pathname],
    ],
    clearEnv: true,
    env: { ...runtime.environment, NO_COLOR: "1", ...environment },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  void showFaults(process.stderr);
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: process.pid,
    async stop() {
      process.kill("SIGTERM");
      await process.status;
    },
  };
}

/** Prints stderr without the line "Listening on", which Deno 2.1 writes even with --quiet. */
async function showFaults(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stderr) {
    const faults = decoder.decode(bytes, { stream: true }).split("\n").filter((line) =>
      line !== "" && !line.startsWith("deno serve: Listening on ")
    );
    if (faults.length > 0) console.error(faults.join("\n"));
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).body?.cancel();
    return true;
  } catch {
    return false;
  }
}
