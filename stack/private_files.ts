import type { ServerUser } from "./postgres/server_user.ts";

/** Opens a log for appending. Only its owner may read it: functions print requests, and PostgreSQL prints statements. */
export function openLog(path: string): Deno.FsFile {
  const log = Deno.openSync(path, { create: true, append: true, mode: 0o600 });
  Deno.chmodSync(path, 0o600); // an earlier start may have made it for all to read
  return log;
}

/** Writes a file that only its owner may read, whole or not at all. */
export async function writePrivately(path: string, text: string): Promise<void> {
  const half = `${path}.new`;
  await Deno.remove(half).catch(() => {}); // an existing file would keep its mode
  await Deno.writeTextFile(half, text, { mode: 0o600 });
  await Deno.rename(half, path);
}

/**
 * Makes the work folder, closed to everybody but its owner. Where root runs the database as another user, that user's
 * group may walk through, and see nothing on the way.
 */
export async function makeWorkFolder(workFolder: string, server: ServerUser): Promise<void> {
  await Deno.mkdir(workFolder, { recursive: true, mode: 0o700 });
  if (server.gid !== undefined) await Deno.chown(workFolder, null, server.gid);
  await Deno.chmod(workFolder, server.gid === undefined ? 0o700 : 0o710);
}
