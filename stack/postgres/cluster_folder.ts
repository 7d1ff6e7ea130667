import { tmpdir } from "node:os";
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { makeWorkFolder } from "../private_files.ts";
import { canEnter, makePrivateFolder, type ServerUser } from "./server_user.ts";

/** Where a work folder's database lives. */
export interface ClusterFolders {
  /** Keeps its password and its port. */
  readonly workFolder: string;
  /** Holds data, log and state of the cluster. */
  readonly folder: string;
  /** Short: the path of a unix socket may not exceed about 100 bytes. */
  readonly socketFolder: string;
}

/** Makes the folders of this work folder's cluster, in a place that the server's user can reach. */
export async function makeClusterFolders(workFolder: string, user: ServerUser): Promise<ClusterFolders> {
  const [inside, outside] = clusterCandidates(workFolder);
  await makeWorkFolder(workFolder, user);
  await makePrivateFolder(inside, user);
  let folder = inside;
  if (!(await canEnter(inside, user))) {
    // Root's own folders (/root, say) are closed to the server's user.
    await Deno.remove(inside);
    await makePrivateFolder(outside, user);
    folder = outside;
  }
  const socketFolder = socketFolderOf(workFolder);
  await makePrivateFolder(socketFolder, user);
  return { workFolder, folder, socketFolder };
}

/** Every place where this work folder's cluster may be: inside it, or beside the system's other databases. */
export function clusterCandidates(workFolder: string): [inside: string, outside: string] {
  return [join(resolve(workFolder), "postgres"), `/var/tmp/freshet-${hashOf(workFolder)}`];
}

export function socketFolderOf(workFolder: string): string {
  return join(tmpdir(), `freshet-${hashOf(workFolder)}`);
}

/** Deletes the database of a work folder. The server must be stopped. */
export async function removeCluster(workFolder: string): Promise<void> {
  for (const folder of [...clusterCandidates(workFolder), socketFolderOf(workFolder)]) {
    try {
      await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function hashOf(workFolder: string): string {
  return createHash("sha256").update(resolve(workFolder)).digest("hex").slice(0, 8);
}
