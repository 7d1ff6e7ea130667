import { isDiskFull } from "./disk_full.ts";
import { openLog } from "./private_files.ts";

/** One child process of the stack: its output goes to a log file, and it is never left behind. */
export interface Child {
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the process has ended, however it ended. */
  readonly ended: Promise<Deno.CommandStatus>;
  /** SIGTERM, then SIGKILL after three seconds. Safe to call twice. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  command: string | URL;
  args: string[];
  logFile: string;
  cwd?: string;
  /** Added to the environment of this process, or the whole environment when `clearEnvironment` is set. */
  environment?: Record<string, string>;
  clearEnvironment?: boolean;
  /** Called with each chunk of output as well, for a terminal that follows along. */
  onOutput?: (chunk: Uint8Array) => void;
}

/** Starts a child process. Throws Deno.errors.NotFound when the command does not exist. */
export function startChild(options: ChildOptions): Child {
  // Before the process: when this fails, nothing is left running.
  const log = openLog(options.logFile);
  const process = spawn(options, () => log.close());
  const copied = Promise.all(
    [process.stdout, process.stderr].map((stream) => copy(stream, log, options.onOutput)),
  ).then(() => log.close());
  const ended = Promise.all([process.status, copied]).then(([status]) => status);
  return { pid: process.pid, logFile: options.logFile, ended, stop: () => end(process, ended) };
}

function spawn(options: ChildOptions, onFailure: () => void): Deno.ChildProcess {
  try {
    return new Deno.Command(options.command, {
      args: options.args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      clearEnv: options.clearEnvironment ?? false,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.environment === undefined ? {} : { env: options.environment }),
    }).spawn();
  } catch (error) {
    onFailure();
    throw error;
  }
}

/** The last lines of a log file, for an error message. Empty when there is no such file. */
export async function logTail(logFile: string, lineCount = 20): Promise<string> {
  try {
    return (await Deno.readTextFile(logFile)).trimEnd().split("\n").slice(-lineCount).join("\n");
  } catch {
    return "";
  }
}

/** Reads what is appended to a log file from now on. */
export function logFrom(logFile: string): () => Promise<string> {
  const { size } = Deno.statSync(logFile);
  return async () =>
    new TextDecoder().decode((await Deno.readFile(logFile).catch(() => new Uint8Array())).subarray(size));
}

async function copy(from: ReadableStream<Uint8Array>, to: Deno.FsFile, also?: (chunk: Uint8Array) => void) {
  for await (const chunk of from) {
    write(to, chunk);
    also?.(chunk);
  }
}

/** A full disk costs lines of a log, and neither the process that printed them nor the stack. */
function write(to: Deno.FsFile, chunk: Uint8Array): void {
  try {
    to.writeSync(chunk);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}

async function end(process: Deno.ChildProcess, ended: Promise<unknown>): Promise<void> {
  send(process, "SIGTERM");
  const timer = setTimeout(() => send(process, "SIGKILL"), 3000);
  try {
    await ended;
  } finally {
    clearTimeout(timer);
  }
}

function send(process: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    process.kill(signal);
  } catch {
    // It has ended already.
  }
}
