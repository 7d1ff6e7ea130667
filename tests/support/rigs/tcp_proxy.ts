import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A proxy between a process and its database, whose connections can be made half open. On loopback only. */
export interface TcpProxy {
  /** The database's URL, through the proxy. The same for the proxy's whole life. */
  readonly url: string;
  /** Where new connections lead. */
  pointAt(databaseUrl: string): void;
  /** The connections that exist stay open on both sides and carry nothing any more; new ones work. */
  swallow(): number;
  stop(): void;
}

export async function startTcpProxy(databaseUrl: string): Promise<TcpProxy> {
  let target = new URL(databaseUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    near.pipe(far, { end: false });
    far.pipe(near, { end: false });
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on("error", () => {});
      one.on("close", () => {
        // The other side of a half-open connection does not hear of it.
        if (pairs.delete(pair)) other.destroy();
      });
      one.on("end", () => pairs.has(pair) && other.end());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  const swallowed: Socket[] = [];
  return {
    url: url.href,
    pointAt: (databaseUrl) => void (target = new URL(databaseUrl)),
    swallow() {
      const { size } = pairs;
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
        swallowed.push(near, far);
      }
      pairs.clear();
      return size;
    },
    stop() {
      for (const socket of [...swallowed, ...[...pairs].flat()]) socket.destroy();
      server.close();
    },
  };
}
