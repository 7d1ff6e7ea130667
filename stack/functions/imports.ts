import { StackError } from "../stack_error.ts";
import type { FoundFunction } from "./discovery.ts";
import { downloading, type EdgeRuntime } from "./edge_runtime.ts";

/** Downloads the imports of a function, so that its isolates start without the network, all with the same files. */
export async function downloadImports(
  { name, entrypoint, config }: FoundFunction,
  runtime: EdgeRuntime,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(runtime.deno, {
    args: ["cache", "--quiet", "--no-lock", "--config", config, entrypoint],
    stdout: "null",
    stderr: "piped",
    env: downloading(runtime),
  }).output();
  if (success) return;
  throw new StackError(
    `The imports of function "${name}" cannot be loaded:\n${new TextDecoder().decode(stderr).trim()}`,
    `correct ${entrypoint} or ${config}; the first start also needs the network`,
  );
}
