import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { type Child, startChild } from "../../stack/child.ts";
import { pause } from "../../stack/pause.ts";
import { supervise } from "../../stack/supervise.ts";

async function withFolder(test: (run: (script: string) => Child, logFile: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const logFile = join(folder, "part.log");
  try {
    await test((script) => startChild({ command: "sh", args: ["-c", script], logFile }), logFile);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a part that dies again and again is left down after seven times, with the end of its log and the remedy", async () => {
  await withFolder(async (run, logFile) => {
    let starts = 1;
    const said: string[] = [];
    const began = Date.now();
    const supervision = supervise(run("echo no such setting; exit 3"), {
      name: "The part",
      logFile,
      launch() {
        starts += 1;
        return Promise.resolve(run("echo no such setting; exit 3"));
      },
      onTrouble: (message) => said.push(message),
    });
    while (said.length === 0 && Date.now() - began < 60_000) await pause(100);
    equal(starts, 7);
    ok(Date.now() - began > 15_000, "it was started again without waiting longer each time");
    equal(said.length, 1);
    match(
      said[0] ?? "",
      /^The part died 7 times in a row and stays down[^]*ended with code 3[^]*no such setting[^]*→ mend/,
    );
    await supervision.stop();
  });
});

Deno.test("a part that does not answer when it is started again counts as one that died", async () => {
  await withFolder(async (run, logFile) => {
    let starts = 0;
    const supervision = supervise(run("exit 1"), {
      name: "The part",
      logFile,
      launch() {
        starts += 1;
        return starts < 3 ? Promise.reject(new Error("no answer")) : Promise.resolve(run("exec sleep 60"));
      },
      onReturn: () => Promise.resolve(returned.resolve()),
    });
    const returned = Promise.withResolvers<void>();
    await returned.promise;
    equal(starts, 3);
    match(
      await Deno.readTextFile(logFile),
      /ended with code 1, starts again in 250 ms\n.*no answer, starts again in 500 ms\n/,
    );
    await supervision.stop();
  });
});

Deno.test("a part that is stopped, or restarted, is not started a second time", async () => {
  await withFolder(async (run, logFile) => {
    const pids: number[] = [];
    const launch = () => {
      const child = run("exec sleep 60");
      pids.push(child.pid);
      return Promise.resolve(child);
    };
    const supervision = supervise(await launch(), { name: "The part", logFile, launch });
    await supervision.restart();
    await supervision.restart();
    await supervision.stop();
    await supervision.stop();
    await pause(600);
    deepEqual(pids.length, 3);
    for (const pid of pids) equal(await Deno.stat(`/proc/${pid}`).then(() => "there", () => "gone"), "gone");
  });
});

Deno.test("stop does not wait for a part that is about to be started again", async () => {
  await withFolder(async (run, logFile) => {
    const supervision = supervise(run("exit 1"), {
      name: "The part",
      logFile,
      launch: (signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("told to stop")))),
    });
    await pause(400); // past the first wait
    const began = Date.now();
    await supervision.stop();
    ok(Date.now() - began < 2000);
  });
});
