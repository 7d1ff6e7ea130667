/** Whether a process with this id exists, ours or not. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  // kill(pid, 0) is not in Deno.kill; ps is on every system that can run the stack.
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
    stdout: "piped",
    stderr: "null",
  }).output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

/** The command line of a process, or "" when there is none. */
export async function commandLineOf(pid: number): Promise<string> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-ww", "-o", "args=", "-p", String(pid)],
    stdout: "piped",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}
