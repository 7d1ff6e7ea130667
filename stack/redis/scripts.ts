import { createHash } from "node:crypto";
import type { Command } from "./command.ts";
import type { Connection } from "./connection.ts";

/**
 * Upstash takes scripts whose first line is `#!lua flags=allow-key-locking`, and knows each by the hash of its whole
 * text. Redis refuses flags that it does not know, so it gets the script without that line, under another hash.
 */
export function withScripts(connection: Connection): Connection {
  const hashes = new Map<string, string>();

  function adapt(command: Command): Command {
    const [name = "", script, ...others] = command;
    if (typeof script !== "string") return command;
    switch (String(name).toUpperCase()) {
      case "EVAL": {
        const bare = script.replace(/^\s*#!lua[^\n]*\n/, "");
        hashes.set(sha1(script), sha1(bare));
        return [name, bare, ...others];
      }
      case "EVALSHA":
        return [name, hashes.get(script) ?? script, ...others];
      default:
        return command;
    }
  }

  return { ...connection, send: (commands) => connection.send(commands.map(adapt)) };
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
