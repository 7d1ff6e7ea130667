// What `status` in another terminal reports, from the state that a stack left.
import { equal, rejects } from "node:assert/strict";
import { status } from "../../stack/commands/status.ts";
import { isAlive, stoppedState, type StoredState, writeState } from "../../stack/state.ts";

/** A process that does nothing, under the command line of one that starts the stack. */
function standIn(): Deno.ChildProcess {
  const wait = "await new Promise((resolve) => setTimeout(resolve, 60_000))";
  return new Deno.Command(Deno.execPath(), { args: ["eval", wait, "stack/main.ts", "start"] }).spawn();
}

Deno.test("status --env tells a stack that still starts from one that does not run", async () => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const asked = { workFolder, json: false, env: true };
  const starting = standIn();
  try {
    await rejects(status(asked), /nothing runs\n {2}→ deno task start/);
    await writeState(workFolder, { ...stoppedState, state: "starting", pid: starting.pid, children: [] });
    await rejects(status(asked), /still starting\n {2}→ ask again/);
  } finally {
    starting.kill();
    await starting.status;
    await Deno.remove(workFolder, { recursive: true });
  }
});

Deno.test("a process number that another Deno has by now is not taken for a running stack", async () => {
  const state: StoredState = { ...stoppedState, state: "running", pid: Deno.pid, children: [] };
  equal(await isAlive(state), false);
});
