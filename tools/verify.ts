// deno task verify <view>: checks whether a project can keep a view fresh, with synthetic rows that are always removed
// again.
import { join } from "node:path";
import { parseEnv } from "node:util";
import { messageOf } from "../stack/stack_error.ts";
import { parseArguments, usage } from "./verify/arguments.ts";
import { findSubject } from "./verify/find_subject.ts";
import { requireConsent } from "./verify/production_guard.ts";
import { findTarget } from "./verify/target.ts";
import { timingsTable } from "./verify/timings_table.ts";
import { VerifyError } from "./verify/verify_error.ts";
import { verifyView } from "./verify/verify_view.ts";

const INTERRUPTED = new VerifyError("Interrupted", "run it again when there is time");

async function main(): Promise<number> {
  const args = parseArguments(Deno.args);
  if (args === null) {
    console.log(usage);
    return 0;
  }
  const say = args.json ? console.error : console.log; // with --json, standard output is one object
  const subject = findSubject(args.view);
  const environment = await environmentWithFile();
  const workFolder = environment("FRESHET_WORK_FOLDER") ?? join(Deno.cwd(), ".freshet");
  const target = await findTarget({ environment, workFolder });
  say(`Verifying analytics.${args.view} at ${target.origin}`);
  requireConsent(target, { allowProd: args.allowProd, isTerminal: Deno.stdin.isTerminal(), ask: prompt });

  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      if (!stopping.signal.aborted) say("Interrupted: what was written is removed first");
      stopping.abort(INTERRUPTED); // a second Ctrl-C adds nothing
    });
  }
  const report = (line: string) => say(`✓ ${line}`);
  const measured = await verifyView(subject, target, { ...args, signal: stopping.signal, report });
  if (args.mode === "dry_run") say("Dry run: nothing was written");
  if (measured !== null) {
    console.log(args.json ? JSON.stringify({ view: args.view, ...measured }) : timingsTable(measured));
  }
  return 0;
}

/** Reads a variable from the environment, otherwise from the file .env in this folder. */
async function environmentWithFile(): Promise<(name: string) => string | undefined> {
  const text = await Deno.readTextFile(".env").catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const file: Record<string, string | undefined> = parseEnv(text);
  return (name) => Deno.env.get(name) ?? file[name];
}

try {
  Deno.exit(await main());
} catch (error) {
  console.error(error instanceof VerifyError ? `✗ ${error.message}` : `✗ ${messageOf(error)}`);
  Deno.exit(error === INTERRUPTED ? 130 : 1);
}
