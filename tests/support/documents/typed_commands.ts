import { join } from "node:path";
import { freePort } from "../../../stack/free_port.ts";
import { installNpmParts } from "../../../stack/npm_parts.ts";
import { projectFolder } from "./documents.ts";
import { copyProject } from "../rigs/project_copy.ts";

/** A shell in a copy of the project that runs the documents' blocks one after another. */
export interface Terminal {
  /** Runs a block; its variables are kept for the next block. `said` is standard output and error together. */
  type(block: string): Promise<{ readonly code: number; readonly stdout: string; readonly said: string }>;
  /** The value of a variable after the blocks so far. */
  variable(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function openTerminal(): Promise<Terminal> {
  const home = await Deno.makeTempDir({ prefix: "freshet-terminal-" });
  await Deno.chmod(home, 0o755);
  const folder = join(home, "freshet");
  await copyProject(folder);
  await installNpmParts(console.log);
  await linkParts(join(folder, "stack/npm"));
  const programs = join(home, "bin");
  await Deno.mkdir(programs);
  await Deno.symlink(Deno.execPath(), join(programs, "deno"));
  await Deno.writeTextFile(join(programs, "npx"), npx(home), { mode: 0o755 });
  const variables = join(home, "variables");
  await Deno.writeTextFile(variables, "");
  // One port for the whole session: the documents assume that it does not change.
  const port = String(freePort());

  async function run(script: string) {
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", script],
      cwd: folder,
      env: {
        PATH: `${programs}:${Deno.env.get("PATH")}`,
        FRESHET_WORK_FOLDER: join(home, "work"),
        FRESHET_PORT: port,
        FRESHET_POSTGRES: "installed",
        FRESHET_DATABASE_URL: "",
        SENTRY_DSN: "",
        NO_COLOR: "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const text = new TextDecoder().decode(stdout);
    return { code, stdout: text, said: text + new TextDecoder().decode(stderr) };
  }

  return {
    // A failing command ends its block, as a reader would stop there.
    type: (block) => run(`set -aeo pipefail\n. '${variables}'\n${block}\nexport -p > '${variables}'`),
    variable: async (name) => (await run(`. '${variables}'; printf %s "$${name}"`)).stdout,
    async close() {
      await run("deno task stop");
      await Deno.remove(home, { recursive: true });
    },
  };
}

/** Provides the npm parts, 600 MB: as hard links if they are on the same disk, otherwise as a copy. */
async function linkParts(to: string): Promise<void> {
  const from = join(projectFolder, "stack/npm/node_modules");
  for (const how of ["-al", "-a"]) {
    if ((await new Deno.Command("cp", { args: [how, "--", from, to], stderr: "null" }).output()).success) return;
    await Deno.remove(join(to, "node_modules"), { recursive: true }).catch(() => {});
  }
  throw new Error(`the parts from npm could not be copied to ${to}`);
}

/**
 * A script that replaces `npx -y deno@… task x`, without a call of the registry each time. It runs `start` in the
 * background and returns as soon as the product is up, as if the reader went on in another terminal.
 */
function npx(home: string): string {
  return `#!/bin/bash
[ "$1 $2" = "-y deno@${Deno.version.deno}" ] || { echo "not known here: npx $*" >&2; exit 64; }
shift 2
[ "$1 $2" = "task start" ] || exec deno "$@"
state() { grep -qs '"state": "running"' "$FRESHET_WORK_FOLDER/state.json"; }
state && exit 0
setsid deno "$@" > '${home}/start.log' 2>&1 < /dev/null &
for _ in $(seq 3000); do
  state && exit 0
  kill -0 $! 2> /dev/null || { echo "The start ended:" >&2; tail -n 60 '${home}/start.log' >&2; exit 1; }
  sleep 0.2
done
echo "The start did not end within ten minutes:" >&2
tail -n 60 '${home}/start.log' >&2
exit 1
`;
}
