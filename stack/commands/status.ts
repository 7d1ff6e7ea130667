import type { Arguments } from "../arguments.ts";
import { stillRunning } from "../descendants.ts";
import { shellVariables } from "../shell_variables.ts";
import { StackError } from "../stack_error.ts";
import { isAlive, publicState, readState, type StackState, stoppedState } from "../state.ts";

/** Prints what runs; with --json as exactly one object, with --env as lines that a shell can evaluate. */
export async function status(args: Pick<Arguments, "workFolder" | "json" | "env">): Promise<void> {
  const state = await currentState(args.workFolder);
  if (args.env) {
    if (state.state === "starting") {
      throw new StackError("the stack is still starting", "ask again when deno task start says where it runs");
    }
    if (state.state !== "running") throw new StackError("nothing runs", "deno task start brings it up");
    return console.log(shellVariables(state));
  }
  console.log(args.json ? JSON.stringify(state, null, 2) : inWords(state));
}

async function currentState(workFolder: string): Promise<StackState> {
  const stored = await readState(workFolder);
  if (stored === null) return stoppedState;
  if (await isAlive(stored)) return publicState(stored);
  return { ...stoppedState, left_over: await stillRunning(stored.children) };
}

function inWords(state: StackState): string {
  if (state.left_over.length > 0) return leftOver(state.left_over);
  if (state.state === "stopped") return "Stopped. deno task start brings it up.";
  if (state.state === "starting") return "Starting; the terminal of deno task start shows how far it is.";
  const width = Math.max(...state.parts.map((part) => part.name.length));
  const parts = state.parts.map((part) => `  ${part.name.padEnd(width)}  ${part.kind.padEnd(8)}  ${part.detail}`);
  const troubles = state.troubles.map((trouble) => `\n✗ ${trouble}`);
  return [`Running at ${state.origin}`, ...parts, ...troubles].join("\n");
}

function leftOver(processes: StackState["left_over"]): string {
  const shorten = (command: string) => command.length > 100 ? `${command.slice(0, 99)}…` : command;
  return [
    `The stack was killed, and ${processes.length} of its processes still run:`,
    ...processes.map(({ pid, command }) => `  ${String(pid).padStart(7)}  ${shorten(command)}`),
    "deno task stop ends them; deno task start does so too, and brings the stack up.",
  ].join("\n");
}
