import { join } from "node:path";
import { makeClusterFolders } from "../../stack/postgres/cluster_folder.ts";
import { serverUser } from "../../stack/postgres/server_user.ts";

/** Copies a stopped cluster's data into a work folder without data; a stack or server that starts there uses them. */
export async function copyCluster(fromWorkFolder: string, toWorkFolder: string): Promise<void> {
  const user = await serverUser();
  const from = await makeClusterFolders(fromWorkFolder, user);
  const to = await makeClusterFolders(toWorkFolder, user);
  const data = [...Deno.readDirSync(from.folder)].filter(({ name, isDirectory }) =>
    isDirectory && name.startsWith("data-")
  );
  if (data.length === 0) throw new Error(`${from.folder} holds no data of a cluster to copy: start one there first`);
  for (const { name } of data) {
    // A running server writes during the copy, and the result is not a usable database.
    if (await isRunning(join(from.folder, name))) throw new Error(`${from.folder} is in use: stop its server first`);
    const { success, stderr } = await new Deno.Command("cp", {
      args: ["-a", "--reflink=auto", "--", join(from.folder, name), join(to.folder, name)],
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) {
      throw new Error(`${from.folder} could not be copied: ${new TextDecoder().decode(stderr).trim()}`);
    }
  }
}

async function isRunning(dataFolder: string): Promise<boolean> {
  try {
    await Deno.stat(join(dataFolder, "postmaster.pid"));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
