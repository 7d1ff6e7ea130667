import { join } from "node:path";
import { messageOf } from "../stack_error.ts";
import { pause } from "../pause.ts";

/** The folders with the sources of functions, below the project's folder. */
const FOLDERS = ["shared", "packs", "supabase/functions"] as const;

/** An editor writes a file in several steps, and a change of branch many files: they are one change. */
const SETTLE_MS = 250;

export interface Watch {
  stop(): Promise<void>;
}

/** Calls `onChange` after each change of the functions' sources, one call at a time. An error that it throws is reported. */
export async function watchSources(
  projectFolder: string,
  onChange: (file: string) => Promise<void>,
  report: (line: string) => void,
): Promise<Watch> {
  const folders: string[] = [];
  for (const folder of FOLDERS) {
    const path = join(projectFolder, folder);
    if (await Deno.stat(path).then((it) => it.isDirectory, () => false)) folders.push(path);
  }
  const watcher = Deno.watchFs(folders);
  const stopping = new AbortController();
  let changed: string | null = null;

  const collecting = (async () => {
    for await (const { kind, paths } of watcher) {
      const source = kind === "access" ? undefined : paths.find((path) => /\.(?:ts|json)$/.test(path));
      if (source !== undefined) changed = source;
    }
  })();
  const answering = (async () => {
    while (!stopping.signal.aborted) {
      await pause(SETTLE_MS, stopping.signal);
      if (changed === null || stopping.signal.aborted) continue;
      const file = changed;
      changed = null;
      await pause(SETTLE_MS, stopping.signal);
      if (changed !== null) continue;
      await onChange(file).catch((error: unknown) => report(messageOf(error)));
    }
  })();
  return {
    async stop() {
      stopping.abort();
      watcher.close();
      await Promise.all([collecting, answering]);
    },
  };
}
