import { type Child, logTail } from "./child.ts";
import { pause } from "./pause.ts";
import { StackError } from "./stack_error.ts";

/** Long, since a busy machine is no fault: a process that cannot start has ended before. */
const LIMIT_MS = 120_000;

export interface Awaited {
  /** For the error, e.g. "The data API". */
  readonly name: string;
  readonly answers: () => Promise<boolean>;
  /** What to do when it does not start. */
  readonly remedy: string;
  readonly signal?: AbortSignal | undefined;
}

/** Waits until the process answers. Else stops it, and throws a StackError with the end of its log. */
export async function untilUp(child: Child, { name, answers, remedy, signal }: Awaited): Promise<void> {
  let isEnded = false;
  child.ended.then(() => isEnded = true);
  const deadline = Date.now() + LIMIT_MS;
  while (!isEnded && signal?.aborted !== true && Date.now() < deadline) {
    if (await answers()) return;
    await pause(25);
  }
  const late = signal?.aborted === true ? "was stopped" : `did not answer within ${LIMIT_MS / 1000} seconds`;
  await child.stop();
  const log = await logTail(child.logFile);
  throw new StackError(`${name} ${isEnded ? "ended" : late}. The end of its log:\n${log}`, remedy);
}

/** Whether the address answers 2xx. */
export async function answersAt(url: string, headers: Record<string, string> = {}): Promise<boolean> {
  try {
    const response = await fetch(url, { headers });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Whether something listens at the port of this machine. */
export async function listensAt(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
