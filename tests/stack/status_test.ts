// What another terminal is told while the stack is neither up nor down.
import { rejects } from "node:assert/strict";
import { status } from "../../stack/commands/status.ts";
import { stoppedState, writeState } from "../../stack/state.ts";

Deno.test("status --env tells a stack that still starts from one that does not run", async () => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const asked = { workFolder, json: false, env: true };
  try {
    await rejects(status(asked), /nothing runs\n {2}→ deno task start/);
    await writeState(workFolder, { ...stoppedState, state: "starting", pid: Deno.pid, children: [] });
    await rejects(status(asked), /still starting\n {2}→ ask again/);
  } finally {
    await Deno.remove(workFolder, { recursive: true });
  }
});
