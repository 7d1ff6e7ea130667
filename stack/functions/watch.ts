/** Editors write a file in several steps, and a generator writes several files. */
const QUIET_MS = 200;

export interface Watcher {
  stop(): Promise<void>;
}

/** Calls back when a TypeScript or JSON file below these folders was saved, once for all that are saved at a time. */
export function watchFolders(folders: readonly string[], changed: () => Promise<void>): Watcher {
  const there = folders.filter((folder) => exists(folder));
  if (there.length === 0) return { stop: () => Promise.resolve() };
  const watcher = Deno.watchFs(there);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: Promise<void> = Promise.resolve();
  const watching = (async () => {
    for await (const { kind, paths } of watcher) {
      // Reading a file is an event, too.
      if (kind === "access" || !paths.some((path) => /\.(?:ts|json)$/.test(path))) continue;
      clearTimeout(timer);
      timer = setTimeout(() => last = last.then(changed), QUIET_MS);
    }
  })();
  return {
    async stop() {
      clearTimeout(timer);
      watcher.close();
      await watching;
      await last;
    },
  };
}

function exists(folder: string): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch {
    return false;
  }
}
