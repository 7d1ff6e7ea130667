import type { Arguments } from "../arguments.ts";
import { removeCluster } from "../postgres/mod.ts";
import { stop } from "./stop.ts";

/** Stops the stack and deletes its data: database, keys, logs. The next start is like the first one. */
export async function reset(args: Pick<Arguments, "workFolder">): Promise<void> {
  await stop(args);
  await removeCluster(args.workFolder);
  try {
    await Deno.remove(args.workFolder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log(`Deleted ${args.workFolder}.`);
}
