/** The servers under test get one processor, everything else the other: load, database, Redis. */
export const SERVER_CPU = 0;
export const LOAD_CPU = 1;

/** Moves a process with all its threads. Children that it starts later stay with it. */
export async function pin(pid: number, cpu: number): Promise<void> {
  const { success } = await new Deno.Command("taskset", {
    args: ["-acp", String(cpu), String(pid)],
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) {
    throw new Error(`Process ${pid} cannot be moved to processor ${cpu}: this takes Linux and two processors`);
  }
}
