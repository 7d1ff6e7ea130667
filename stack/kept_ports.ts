import { join } from "node:path";
import { z } from "zod";
import { freePort, isPortFree } from "./free_port.ts";
import { writePrivately } from "./private_files.ts";

/** The parts that keep their port from start to start, because people write it into their tools. */
export type PortOwner = "database" | "spotlight" | "mailbox";

const portsSchema = z.partialRecord(z.enum(["database", "spotlight", "mailbox"]), z.int().min(1).max(65535));

export interface KeptPort {
  readonly port: number;
  /** The port of earlier starts, which another program has taken meanwhile; null where all is as it was. */
  readonly lost: number | null;
}

/** The port that this work folder's part had before; a free one at first, and when another program has taken it. */
export async function keptPort(workFolder: string, owner: PortOwner): Promise<KeptPort> {
  const file = join(workFolder, "ports.json");
  const ports = await readPorts(file);
  const before = ports[owner];
  if (before !== undefined && isPortFree(before)) return { port: before, lost: null };
  const port = freePort();
  await writePrivately(file, `${JSON.stringify({ ...ports, [owner]: port }, null, 2)}\n`);
  return { port, lost: before ?? null };
}

/** For the line about the part in the output. */
export function inWords({ port, lost }: KeptPort): string {
  return lost === null ? `127.0.0.1:${port}` : `127.0.0.1:${port}, since another program has taken ${lost}`;
}

async function readPorts(file: string): Promise<z.infer<typeof portsSchema>> {
  try {
    return portsSchema.catch({}).parse(JSON.parse(await Deno.readTextFile(file)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return {};
    throw error;
  }
}
