import { parseArguments, usage } from "./arguments.ts";
import { reset } from "./commands/reset.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";
import { OuladError } from "../samples/oulad/import/oulad_error.ts";
import { isDiskFull } from "./disk_full.ts";
import { messageOf, StackError } from "./stack_error.ts";

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(inWords(error));
    Deno.exit(1);
  }
}

async function main(args: string[]): Promise<void> {
  const parsed = parseArguments(args, (name) => Deno.env.get(name));
  switch (parsed.command) {
    case "start":
      return await start(parsed);
    case "stop":
      return await stop(parsed);
    case "status":
      return await status(parsed);
    case "reset":
      return await reset(parsed);
    case "help":
      return console.log(usage);
  }
}

/** An error that the user can correct is printed without a stack trace; any other is our own defect and needs it. */
function inWords(error: unknown): unknown {
  if (error instanceof StackError || error instanceof OuladError) return `\n✗ ${error.message}`;
  if (isDiskFull(error)) return `\n✗ the disk is full: ${messageOf(error)}\n  → free some space and start again`;
  return error;
}
