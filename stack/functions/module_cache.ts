import { z } from "zod";
import { StackError } from "../stack_error.ts";
import type { FoundFunction } from "./discovery.ts";

/** Where this Deno keeps what it has downloaded: an isolate with an empty environment must be told. */
export async function moduleCacheFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" }).output();
  return z.object({ denoDir: z.string() }).parse(JSON.parse(new TextDecoder().decode(stdout))).denoDir;
}

/** Downloads what a function imports, so that its isolates start without the network, all of them alike. */
export async function downloadImports({ name, entrypoint, config }: FoundFunction): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-lock", "--config", config, entrypoint],
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return;
  throw new StackError(
    `The imports of function "${name}" cannot be loaded:\n${new TextDecoder().decode(stderr).trim()}`,
    `correct ${entrypoint} or ${config}; the first start also needs the network`,
  );
}
