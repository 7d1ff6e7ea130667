import type { Arguments } from "../arguments.ts";
import { pause } from "../pause.ts";
import { terminalProgress } from "../progress.ts";
import { StackError } from "../stack_error.ts";
import { isAlive, readState, type StoredState } from "../state.ts";
import { clearRemains } from "./remains.ts";

const PATIENCE_MS = 30_000;

/** Stops the stack that runs in another terminal, and processes that a killed stack left. */
export async function stop(args: Pick<Arguments, "workFolder">): Promise<void> {
  const state = await readState(args.workFolder);
  if (state === null || !(await isAlive(state))) {
    const ended = state === null
      ? 0
      : await terminalProgress().step("Looking for what a killed stack left", () => clearRemains(args.workFolder));
    console.log(ended === 0 ? "Nothing runs." : `The stack was killed; ended the ${ended} processes that it left.`);
    return;
  }
  Deno.kill(state.pid, "SIGTERM");
  await terminalProgress().step(`Stopping process ${state.pid}`, () => untilEnded(state));
  console.log("Stopped; the data are kept.");
}

async function untilEnded(state: StoredState): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 100) {
    if (!(await isAlive(state))) return;
    await pause(100);
  }
  throw new StackError(
    `process ${state.pid} has not ended within ${PATIENCE_MS / 1000} s`,
    `kill -KILL ${state.pid}, then deno task stop again: it ends what is left`,
  );
}
