import { userInfo } from "node:os";
import { join } from "node:path";
import { writePrivately } from "../private_files.ts";
import type { ServerUser } from "./server_user.ts";

/**
 * Writes who may connect, at each start: an earlier release trusted every user of the machine. Over TCP it takes the
 * password. The socket lies in a folder that only the server's user may enter, and root; pg_cron connects there as each
 * job's owner, who has no password. From 16 on the server asks the system for the user as well; before, its map could not
 * say "any role".
 */
export async function writeAuthentication(
  dataFolder: string,
  { major, user }: { readonly major: number; readonly user: ServerUser },
): Promise<void> {
  const names = new Set([
    user.uid === undefined ? userInfo().username : user.name,
    ...(user.uid === undefined ? [] : ["root"]),
  ]);
  const isMapped = major >= 16;
  const files = {
    "pg_hba.conf": [
      isMapped ? "local all all peer map=freshet" : "local all all trust",
      // A replica of the cluster connects there too.
      isMapped ? "local replication all peer map=freshet" : "local replication all trust",
      "host all all 127.0.0.1/32 scram-sha-256",
    ],
    "pg_ident.conf": isMapped ? [...names].map((name) => `freshet "${name}" all`) : [],
  };
  for (const [name, lines] of Object.entries(files)) {
    const path = join(dataFolder, name);
    await writePrivately(path, ["# Written at each start of the local stack.", ...lines, ""].join("\n"));
    if (user.uid !== undefined && user.gid !== undefined) await Deno.chown(path, user.uid, user.gid);
  }
}
