/**
 * Entry point of the Spotlight process: `sidecar.ts <folder of @spotlightjs/spotlight> <port>`.
 *
 * Spotlight's own command listens on every interface and reports its use to its makers. Here its server is started as
 * a library, which reports nothing, on loopback; the process is given the permission for that one address and no
 * other, so both hold whatever the library does.
 */
import http from "node:http";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

interface Spotlight {
  startServer(options: { port: number; filesToServe: Record<string, Uint8Array> }): Promise<unknown>;
}

/** It names no address when it listens, which would mean all of them. */
function listenOnLoopback(): void {
  const { listen } = http.Server.prototype;
  Object.defineProperty(http.Server.prototype, "listen", {
    value(this: http.Server, port: number, _hostname: unknown, onListening: () => void) {
      return Reflect.apply(listen, this, [port, "127.0.0.1", onListening]);
    },
  });
}

async function readFiles(folder: string, root: string): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) Object.assign(files, await readFiles(path, root));
    else files[relative(root, path)] = await Deno.readFile(path);
  }
  return files;
}

const [packageFolder = "", port = ""] = Deno.args;
const userInterface = join(packageFolder, "dist", "ui");
listenOnLoopback();
const spotlight: Spotlight = await import(pathToFileURL(join(packageFolder, "dist", "server", "main.js")).href);
await spotlight.startServer({ port: Number(port), filesToServe: await readFiles(userInterface, userInterface) });
