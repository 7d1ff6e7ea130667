import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, startChild } from "../child.ts";
import { freePort } from "../free_port.ts";
import { inWords, type KeptPort } from "../kept_ports.ts";
import type { Part } from "../part.ts";
import { supervise } from "../supervise.ts";
import { answersAt, untilUp } from "../until_up.ts";

export { type Envelope, readEnvelopes } from "./envelopes.ts";

/** Spotlight: receives what Sentry's SDK sends, and shows it at its address. */
export interface SpotlightPart extends Part {
  readonly dsn: string;
  /** Its page for people; readEnvelopes() reads from it too. */
  readonly url: string;
}

export interface SpotlightOptions {
  npmFolder: string;
  /** A new temporary folder by default. */
  logFolder?: string;
  /** A free one by default. */
  port?: KeptPort;
  /** Called when it dies again and again. */
  onTrouble?: ((message: string) => void) | undefined;
}

/** Starts Spotlight on loopback. Throws a StackError with the end of its log when it does not start. */
export async function startSpotlight(options: SpotlightOptions): Promise<SpotlightPart> {
  const folder = options.logFolder ?? await Deno.makeTempDir({ prefix: "freshet-spotlight-" });
  await Deno.mkdir(folder, { recursive: true });
  const kept = options.port ?? { port: freePort(), lost: null };
  const { port } = kept;
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, "spotlight.log");

  async function launch(signal?: AbortSignal): Promise<Child> {
    const child = startChild({
      command: Deno.execPath(),
      args: sidecarArguments(options.npmFolder, port),
      environment: { NO_COLOR: "1" },
      logFile,
    });
    await untilUp(child, {
      name: "Spotlight",
      answers: () => answersAt(`${url}/health`),
      remedy: "set SENTRY_DSN to do without it, or delete stack/npm/node_modules and start again",
      signal,
    });
    return child;
  }
  const supervision = supervise(await launch(), { name: "Spotlight", logFile, launch, onTrouble: options.onTrouble });
  return {
    name: "sentry",
    kind: "real",
    detail: `Spotlight, http://${inWords(kept)}`,
    dsn: `http://freshet@127.0.0.1:${port}/1`,
    url,
    stop: () => supervision.stop(),
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
