import { join } from "node:path";
import type postgres from "postgres";
import { makeClusterFolders } from "../../../stack/postgres/cluster_folder.ts";
import { serverUser } from "../../../stack/postgres/server_user.ts";

/** Settings with which a server ends its recovery at the end of a backup; without a backup they have no effect. */
export const RECOVERY_SETTINGS = {
  // There is no archive: the backup contains the WAL that it needs.
  restore_command: "false",
  // The first session must be able to write: the stack sets passwords at each start.
  hot_standby: "off",
  recovery_target: "immediate",
  recovery_target_action: "promote",
} as const;

/** A physical copy of a running cluster, made with PostgreSQL's procedure for a manual base backup. */
export interface BaseBackup {
  /** Replaces the cluster's data with the backup; the server must be stopped. */
  restore(): Promise<void>;
}

/** @param sql a single session of a superuser, to which the backup is bound */
export async function takeBaseBackup(sql: postgres.Sql, workFolder: string): Promise<BaseBackup> {
  const { folder } = await makeClusterFolders(workFolder, await serverUser());
  const name = [...Deno.readDirSync(folder)].find((entry) => entry.isDirectory && entry.name.startsWith("data-"))?.name;
  if (name === undefined) throw new Error(`${folder} holds no data of a cluster`);
  const data = join(folder, name);
  const backup = join(folder, `backup-of-${name}`);

  await sql`select pg_backup_start('a restore', true)`;
  await copy(data, backup);
  const [end] = await sql`select labelfile from pg_backup_stop(false)`;
  // Replaces pg_wal with the WAL up to the end of the backup, part of which was written after the copy.
  await Deno.remove(join(backup, "pg_wal"), { recursive: true });
  await copy(join(data, "pg_wal"), join(backup, "pg_wal"));
  await write(backup, "backup_label", String(end?.["labelfile"]));
  await write(backup, "recovery.signal", "");
  await Deno.remove(join(backup, "postmaster.pid"));

  return {
    async restore() {
      await Deno.remove(data, { recursive: true });
      await copy(backup, data);
    },
  };

  async function write(into: string, file: string, text: string): Promise<void> {
    await Deno.writeTextFile(join(into, file), text);
    const { uid, gid } = await Deno.stat(data);
    await Deno.chown(join(into, file), uid, gid);
  }
}

async function copy(from: string, to: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("cp", {
    args: ["-a", "--reflink=auto", "--", from, to],
    stdout: "null",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr).trim();
  // Recovery handles files that are deleted during the copy.
  if (!success && !said.split("\n").every((line) => /No such file/.test(line))) {
    throw new Error(`${from} could not be copied: ${said}`);
  }
}
