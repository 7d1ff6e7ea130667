import { endProcesses } from "../descendants.ts";
import { clearState, isAlive, readState } from "../state.ts";

/** Ends the processes that a killed stack left running. Answers how many there were; none while the stack runs. */
export async function clearRemains(workFolder: string): Promise<number> {
  const state = await readState(workFolder);
  if (state === null || await isAlive(state)) return 0;
  const ended = await endProcesses(state.children);
  await clearState(workFolder);
  return ended;
}
