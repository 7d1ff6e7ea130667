import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, logTail, startChild } from "../child.ts";
import { freePort } from "../free_port.ts";
import type { Part } from "../part.ts";
import { pause } from "../pause.ts";
import { StackError } from "../stack_error.ts";

export { type Envelope, readEnvelopes } from "./envelopes.ts";

/** Spotlight: takes what Sentry's SDK sends, and shows it at its address. */
export interface SpotlightPart extends Part {
  readonly dsn: string;
  /** Its page for people; readEnvelopes() reads from it too. */
  readonly url: string;
}

export interface SpotlightOptions {
  npmFolder: string;
  /** A new temporary folder by default. */
  logFolder?: string;
}

/** Starts Spotlight on a free loopback port. Throws a StackError with the end of its log when it does not start. */
export async function startSpotlight({ npmFolder, logFolder }: SpotlightOptions): Promise<SpotlightPart> {
  const folder = logFolder ?? await Deno.makeTempDir({ prefix: "freshet-spotlight-" });
  await Deno.mkdir(folder, { recursive: true });
  const port = freePort();
  const child = startChild({
    command: Deno.execPath(),
    args: sidecarArguments(npmFolder, port),
    environment: { NO_COLOR: "1" },
    logFile: join(folder, "spotlight.log"),
  });
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(child, url);
  return {
    name: "sentry",
    kind: "real",
    detail: `Spotlight, ${url}`,
    dsn: `http://freshet@127.0.0.1:${port}/1`,
    url,
    stop: () => child.stop(),
  };
}

function sidecarArguments(npmFolder: string, port: number): string[] {
  return [
    ...["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", "--node-modules-dir=manual"],
    ...[`--allow-net=127.0.0.1:${port}`, `--allow-read=${npmFolder}`, "--allow-env", "--allow-sys"],
    fileURLToPath(new URL("./sidecar.ts", import.meta.url)),
    ...[join(npmFolder, "node_modules", "@spotlightjs", "spotlight"), String(port)],
  ];
}

async function untilHealthy(child: Child, url: string): Promise<void> {
  let isEnded = false;
  child.ended.then(() => isEnded = true);
  const deadline = Date.now() + 30_000;
  while (!isEnded && Date.now() < deadline) {
    try {
      const response = await fetch(`${url}/health`);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // It does not listen yet.
    }
    await pause(50);
  }
  await child.stop();
  throw new StackError(
    `Spotlight ${isEnded ? "ended" : "did not answer within 30 seconds"}:\n${await logTail(child.logFile)}`,
    "set SENTRY_DSN to do without it, or delete stack/npm/node_modules and start again",
  );
}
