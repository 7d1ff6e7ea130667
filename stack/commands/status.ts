import type { Arguments } from "../arguments.ts";
import { shellVariables } from "../shell_variables.ts";
import { StackError } from "../stack_error.ts";
import { isAlive, publicState, readState, type StackState, stoppedState } from "../state.ts";

/** Says what runs; with --json as exactly one object, with --env as lines that a shell can evaluate. */
export async function status(args: Pick<Arguments, "workFolder" | "json" | "env">): Promise<void> {
  const stored = await readState(args.workFolder);
  const state = stored !== null && await isAlive(stored) ? publicState(stored) : stoppedState;
  if (args.env) {
    if (state.state !== "running") throw new StackError("nothing runs", "deno task start brings it up");
    return console.log(shellVariables(state));
  }
  console.log(args.json ? JSON.stringify(state, null, 2) : inWords(state));
}

function inWords(state: StackState): string {
  if (state.state === "stopped") return "Stopped. deno task start brings it up.";
  if (state.state === "starting") return "Starting.";
  const width = Math.max(...state.parts.map((part) => part.name.length));
  const parts = state.parts.map((part) => `  ${part.name.padEnd(width)}  ${part.kind.padEnd(8)}  ${part.detail}`);
  return [`Running at ${state.origin}`, ...parts].join("\n");
}
