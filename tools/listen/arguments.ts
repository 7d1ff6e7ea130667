import { readCommandWords } from "../../stack/command_words.ts";
import { StackError } from "../../stack/stack_error.ts";

export const usage = `Listens for the events of the packs and refreshes the views that they change, within seconds.

  deno task listen [--db-url URL] [--heartbeat SECONDS]

  --db-url URL         the database, as postgres; without it FRESHET_DATABASE_URL, and without that the local stack
  --heartbeat SECONDS  how often the connection is tried, 1 to 60; default 30

Ends with Ctrl-C or SIGTERM, after the refresh that it is doing or ten seconds.`;

export interface Arguments {
  readonly dbUrl: string | null;
  readonly heartbeat_seconds: number;
  readonly help: boolean;
}

export function parseArguments(args: readonly string[]): Arguments {
  const { values, flags, positionals, unknown } = readCommandWords(args, {
    values: ["db-url", "heartbeat"],
    flags: ["help"],
  });
  // The arguments are not repeated: behind a mistyped option there may be a URL with a password.
  if (unknown !== null || positionals.length > 0) {
    throw new StackError("An argument was not understood", "see: deno task listen --help");
  }
  const address = values.get("db-url");
  const heartbeat = values.get("heartbeat") ?? "30";
  const heartbeat_seconds = /^\d{1,2}$/.test(heartbeat) ? Number(heartbeat) : 0;
  if (heartbeat_seconds < 1 || heartbeat_seconds > 60) {
    throw new StackError(`--heartbeat ${heartbeat} is no number of seconds from 1 to 60`, "leave it out for 30");
  }
  return {
    dbUrl: address === undefined ? null : listenerUrl(address, "--db-url"),
    heartbeat_seconds,
    help: flags.has("help"),
  };
}

/** Validates the URL of a database that can be listened to. The error does not repeat it: it may hold a password. */
export function listenerUrl(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["postgres:", "postgresql:"].includes(url.protocol)) {
    throw new StackError(
      `${source} is no database URL`,
      "write it as postgresql://user:password@host:5432/postgres, with special characters of the password percent-encoded",
    );
  }
  if (url.port === "6543") {
    throw new StackError(
      `${source} names port 6543, the transaction pooler: it gives each transaction another session, so LISTEN hears nothing`,
      "use the session pooler, which is port 5432 of the same host, or the direct connection",
    );
  }
  return text;
}
