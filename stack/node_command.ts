import { messageOf, StackError } from "./stack_error.ts";

/** An installation takes a minute, on a slow line some. The registry that never answers is not waited for. */
const LIMIT_MS = 600_000;

/**
 * Runs npm, or a script of a package. The first lines of what it says are in the error, without npm's own stack.
 *
 * @param remedy what to do when it fails
 * @throws StackError when it does not start, fails, or is still running at its limit
 */
export async function runNode(
  command: string,
  args: readonly string[],
  cwd: string,
  remedy: string,
  limit_ms = LIMIT_MS,
): Promise<void> {
  const signal = AbortSignal.timeout(limit_ms);
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args: [...args], cwd, stdout: "piped", stderr: "piped", signal })
      .output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new StackError(`"${command}" was not found`, NO_NODE);
    throw new StackError(`"${command}" does not start: ${messageOf(error)}`, remedy);
  }
  if (output.success) return;
  if (signal.aborted) {
    throw new StackError(
      `"${command} ${args[0]}" was still running after ${Math.round(limit_ms / 1_000)} seconds`,
      remedy,
    );
  }
  const decoder = new TextDecoder();
  const said = (decoder.decode(output.stderr) + decoder.decode(output.stdout)).trim().split("\n")
    .filter((line) => !/^npm error\s+at /.test(line)).slice(0, 12);
  throw new StackError(`"${command} ${args[0]}" failed in ${cwd}:\n    ${said.join("\n    ")}`, remedy);
}

/** Installs exactly what the lock file of a folder says; no script of a package is run. */
export async function installLocked(folder: string, remedy: string): Promise<void> {
  await runNode("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"], folder, remedy);
}

const NO_NODE =
  "install Node.js 20.19 or newer, which brings npm (https://nodejs.org), and see that it is on PATH, then start again";
