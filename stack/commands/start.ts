import type { Arguments } from "../arguments.ts";
import { terminalProgress } from "../progress.ts";
import { type Stack, startStack } from "../stack.ts";
import { StackError } from "../stack_error.ts";
import { isAlive, readState, stoppedState, type StoredState } from "../state.ts";
import { welcome } from "../welcome.ts";
import { clearRemains } from "./remains.ts";
import { keepState } from "./state_keeper.ts";

/** Starts the stack and runs until it is stopped: by Ctrl-C, `stop`, or a closed terminal. */
export async function start(args: Arguments): Promise<void> {
  await requireWritable(args.workFolder);
  await requireStopped(args.workFolder);
  await clearRemains(args.workFolder);
  const progress = terminalProgress();
  const stopping = new AbortController();
  const toldToStop = new Promise<void>((resolve) => {
    stopping.signal.addEventListener("abort", () => resolve());
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // A second Ctrl-C adds nothing: the parts are being stopped already, each within seconds.
      Deno.addSignalListener(signal, () => stopping.abort());
    }
  });

  const keeper = await keepState(args.workFolder, { ...stoppedState, state: "starting", pid: Deno.pid });
  const onTrouble = (message: string) => {
    progress.say(`\n✗ ${message}`);
    keeper.addTrouble(message).catch(() => {}); // it was printed here
  };
  try {
    progress.say("Starting Freshet's local stack. Ctrl-C stops it.\n");
    const stack = await startStack({ ...args, pages: true, progress, onTrouble, signal: stopping.signal });
    await keeper.update(stateOf(stack));
    progress.say(await welcome(stack));
    await toldToStop;
    await progress.step("Stopped; the data are kept", () => stack.stop());
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    progress.say("Stopped while starting.");
  } finally {
    await keeper.clear();
  }
  Deno.exit(0);
}

async function requireWritable(workFolder: string): Promise<void> {
  try {
    await Deno.mkdir(workFolder, { recursive: true, mode: 0o700 });
    await Deno.remove(await Deno.makeTempDir({ dir: workFolder }));
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new StackError(
      `${workFolder} may not be written to by this user`,
      "start as the user who owns it, or let FRESHET_WORK_FOLDER name another folder",
    );
  }
}

async function requireStopped(workFolder: string): Promise<void> {
  const state = await readState(workFolder);
  if (state === null || !(await isAlive(state))) return;
  throw new StackError(
    `the stack of ${workFolder} runs already (process ${state.pid}${state.origin === null ? "" : `, ${state.origin}`})`,
    "deno task stop ends it, deno task status says what runs",
  );
}

function stateOf(stack: Stack): Partial<StoredState> {
  return {
    state: "running",
    origin: stack.origin,
    database_url: stack.databaseUrl,
    mailbox_url: stack.mailbox?.url ?? null,
    publishable_key: stack.keys.publishableKey,
    secret_key: stack.keys.secretKey,
    cron_key: stack.keys.cronKey,
    tokens: stack.tokens,
    clerk_url: stack.clerk?.url ?? null,
    parts: stack.parts.map(({ name, kind, detail }) => ({ name, kind, detail })),
  };
}
