import { join } from "node:path";
import { z } from "zod";
import stackPackage from "../npm/package.json" with { type: "json" };
import { npmFolder } from "../npm_parts.ts";
import { StackError } from "../stack_error.ts";

/**
 * The version of Deno that the platform's edge runtime is built on. Functions run on it here too, and everything else on
 * the version that the tasks run with. `stack/npm/package.json` is the only place that defines it.
 */
export const EDGE_RUNTIME_VERSION: string = z.string().parse(stackPackage.dependencies.deno);

/** npm's names for the machines that this version was built for. */
const BUILDS: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "linux-x64-glibc",
  "aarch64-unknown-linux-gnu": "linux-arm64-glibc",
  "x86_64-apple-darwin": "darwin-x64",
  "aarch64-apple-darwin": "darwin-arm64",
  "x86_64-pc-windows-msvc": "win32-x64",
};

export interface EdgeRuntime {
  /** The program. */
  readonly deno: string;
  /** Where it keeps packages: not among those of the newer Deno, which lays them out in its own way. */
  readonly cacheFolder: string;
}

/** The deployed runtime's Deno, as npm installed it among the stack's parts. */
export async function edgeRuntime(): Promise<EdgeRuntime> {
  const build = BUILDS[Deno.build.target];
  const program = Deno.build.os === "windows" ? "deno.exe" : "deno";
  const deno = join(npmFolder, "node_modules", "@deno", build ?? Deno.build.target, program);
  if (build === undefined || !await isFile(deno)) {
    throw new StackError(
      `Deno ${EDGE_RUNTIME_VERSION}, which the platform's edge runtime is built on, is not at ${deno}`,
      build === undefined
        ? `it was never built for ${Deno.build.target}: use Linux with glibc, macOS or Windows`
        : `delete ${join(npmFolder, "node_modules")} and start again: the parts from npm are installed once more`,
    );
  }
  return { deno, cacheFolder: join(await cacheOfThisDeno(), `edge-runtime-${EDGE_RUNTIME_VERSION}`) };
}

/** Environment of the program for its downloads: by default it uses neither our cache nor the system's certificates. */
export function downloading({ cacheFolder }: EdgeRuntime): Record<string, string> {
  return { DENO_DIR: cacheFolder, DENO_TLS_CA_STORE: "mozilla,system", NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
}

async function cacheOfThisDeno(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" }).output();
  return z.object({ denoDir: z.string() }).parse(JSON.parse(new TextDecoder().decode(stdout))).denoDir;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
