import { z } from "zod";

/** A Redis command as the wire wants it: every argument a string or bytes. */
export type Command = (string | Uint8Array)[];

/** The caller sent something that is no command. Upstash answers 400 with the message. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

const commandBody = z.array(z.unknown()).min(1);
const pipelineBody = z.array(commandBody).min(1);

/** The body of `POST /`: one command as a JSON array. */
export function parseCommand(text: string): Command {
  const parsed = commandBody.safeParse(parseJson(text));
  if (!parsed.success) throw new CommandError("ERR failed to parse command");
  return ready(parsed.data.map(argument));
}

/** The body of `POST /pipeline` and `POST /multi-exec`: an array of commands. */
export function parsePipeline(text: string): Command[] {
  const parsed = pipelineBody.safeParse(parseJson(text));
  if (!parsed.success) throw new CommandError("ERR failed to parse pipeline request");
  return parsed.data.map((command) => ready(command.map(argument)));
}

/** The path form: `/set/key/value?EX=100`, where a body is one more argument before those of the query. */
export function commandFromUrl(url: URL, body: Uint8Array): Command {
  const command: Command = url.pathname.slice(1).split("/").map(decodeURIComponent);
  if (body.byteLength > 0) command.push(body);
  for (const [name, value] of url.searchParams) {
    if (name === "_token") continue;
    command.push(name);
    if (value !== "") command.push(value);
  }
  return ready(command);
}

/** Commands that would change or block the one connection which all callers share; Upstash has none of them over REST. */
const unavailable = new Set(
  "AUTH BLMOVE BLPOP BRPOP BRPOPLPUSH BZPOPMAX BZPOPMIN CLIENT CONFIG DEBUG DISCARD EXEC HELLO MONITOR MULTI PSUBSCRIBE QUIT RESET SELECT SHUTDOWN SSUBSCRIBE SUBSCRIBE UNWATCH WAIT WATCH"
    .split(" "),
);

function ready(command: Command): Command {
  const name = String(command[0]).toUpperCase();
  if (name === "") throw new CommandError("ERR empty command");
  if (unavailable.has(name)) throw new CommandError(`ERR Command is not available: '${name}'`);
  return command;
}

function argument(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
