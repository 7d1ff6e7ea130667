import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StackError } from "./stack_error.ts";

export const usage = `Freshet's local stack

  deno task start [--port N] [--no-samples]   bring it up; Ctrl-C stops it
  deno task stop                              stop it from another terminal
  deno task status [--json] [--env]           say what runs; --env: as variables for a shell
  deno task reset                             stop it, delete its database and keys

Environment
  FRESHET_PORT         the origin's port (54321)
  FRESHET_POSTGRES     auto, installed (with pg_cron) or embedded (from npm)
  FRESHET_WORK_FOLDER  where database, keys and logs are kept (.freshet)
  DATABASE_URL         a superuser's URL: use that database instead of a cluster of our own
  SENTRY_DSN           send events to that Sentry project instead of Spotlight`;

export const commands = ["start", "stop", "status", "reset", "help"] as const;

const flavours = ["auto", "installed", "embedded"] as const;

/** What was asked for, on the command line and in the environment. */
export interface Arguments {
  readonly command: typeof commands[number];
  readonly projectFolder: string;
  readonly workFolder: string;
  readonly port: number;
  readonly flavour: typeof flavours[number];
  readonly samples: boolean;
  readonly json: boolean;
  readonly env: boolean;
  readonly databaseUrl?: string;
  readonly sentryDsn?: string;
}

export function parseArguments(args: readonly string[], environment: (name: string) => string | undefined): Arguments {
  const words = args.flatMap((arg) => arg.startsWith("--") && arg.includes("=") ? splitOption(arg) : [arg]);
  let command: string | undefined;
  let port = setting("FRESHET_PORT") ?? "54321";
  let samples = true;
  let json = false;
  let env = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--port") port = words[++index] ?? "";
    else if (word === "--no-samples") samples = false;
    else if (word === "--json") json = true;
    else if (word === "--env") env = true;
    else if (word === "--help" || word === "-h") command = "help";
    else if (word.startsWith("-") || command !== undefined) throw unknown(word);
    else command = word;
  }
  /** Set to nothing counts as not set. */
  function setting(name: string): string | undefined {
    return environment(name) || undefined;
  }
  const projectFolder = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
  const databaseUrl = setting("DATABASE_URL");
  const sentryDsn = setting("SENTRY_DSN");
  return {
    command: oneOf(commands, command ?? "help", "command"),
    projectFolder,
    workFolder: resolve(setting("FRESHET_WORK_FOLDER") ?? join(projectFolder, ".freshet")),
    port: parsePort(port),
    flavour: oneOf(flavours, setting("FRESHET_POSTGRES") ?? "auto", "FRESHET_POSTGRES"),
    samples,
    json,
    env,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(sentryDsn === undefined ? {} : { sentryDsn }),
  };
}

function splitOption(arg: string): string[] {
  const at = arg.indexOf("=");
  return [arg.slice(0, at), arg.slice(at + 1)];
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new StackError(`"${text}" is not a port`, "give a number from 1 to 65535, or 0 for a free one");
}

function oneOf<T extends string>(allowed: readonly T[], value: string, what: string): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new StackError(`"${value}" is no ${what}`, `use one of: ${allowed.join(", ")}`);
}

function unknown(word: string): StackError {
  return new StackError(`"${word}" was not understood`, "see: deno task start --help");
}
