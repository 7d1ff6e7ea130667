import { StackError } from "../stack_error.ts";

/** The operating-system user that the server runs as; both undefined: the user we are. */
export interface ServerUser {
  readonly name: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root, so root runs it as "postgres" or, where there is none, as "nobody". */
export async function serverUser(): Promise<ServerUser> {
  if (Deno.uid() !== 0) return { name: "the current user" };
  const passwd = await Deno.readTextFile("/etc/passwd");
  for (const name of ["postgres", "nobody"]) {
    const fields = passwd.split("\n").find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields !== undefined) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new StackError(
    `PostgreSQL does not run as root, and /etc/passwd has neither "postgres" nor "nobody"`,
    "run as another user, or create one: adduser --system postgres",
  );
}

/** The options of Deno.Command to run as that user. */
export function asUser(user: ServerUser): { uid?: number; gid?: number } {
  return user.uid === undefined || user.gid === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/** Makes the folder, owned by that user and closed to others. */
export async function makePrivateFolder(folder: string, user: ServerUser): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await Deno.lstat(folder)).isSymlink) {
    // In a folder that every user may write to, another user's link would give away the file that it points to.
    throw new StackError(`${folder} is a link, and the database keeps its own folder there`, `remove it: rm ${folder}`);
  }
  if (user.uid !== undefined && user.gid !== undefined) await Deno.chown(folder, user.uid, user.gid);
  await Deno.chmod(folder, 0o700);
}

/** Whether that user can walk down to the folder and enter it. */
export async function canEnter(folder: string, user: ServerUser): Promise<boolean> {
  if (user.uid === undefined) return true;
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'cd "$0"', folder],
    cwd: "/",
    ...asUser(user),
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}
