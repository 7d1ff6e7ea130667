import { descendantsOf } from "../../../stack/descendants.ts";

/**
 * Addresses that this process and those that it started listen on, e.g. "127.0.0.1:54321" or "::1:8080". Linux only.
 */
export async function listeningAddresses(): Promise<string[]> {
  const family = [Deno.pid, ...(await descendantsOf(Deno.pid)).map((process) => process.pid)];
  const sockets = new Set((await Promise.all(family.map(socketsOf))).flat());
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((path) => Deno.readTextFile(path)));
  return tables.flatMap((table) =>
    table.trim().split("\n").slice(1).flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const isListening = state === "0A" && sockets.has(inode);
      return isListening ? [readAddress(local)] : [];
    })
  );
}

async function socketsOf(pid: number): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(`/proc/${pid}/fd`)) {
      const target = await Deno.readLink(`/proc/${pid}/fd/${entry.name}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined) found.push(inode);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // The process has ended meanwhile.
  }
  return found;
}

/** The kernel writes an address as hexadecimal words of its own byte order. */
function readAddress(text: string): string {
  const [address = "", port = ""] = text.split(":");
  const bytes = (address.match(/../g) ?? []).map((byte) => parseInt(byte, 16));
  const host = bytes.length === 4
    ? bytes.reverse().join(".")
    : address === "00000000000000000000000001000000"
    ? "::1"
    : `[${address}]`;
  return `${host}:${parseInt(port, 16)}`;
}
