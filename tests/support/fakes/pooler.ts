const SSL_REQUEST = 80877103;

/** A session pooler like the platform's, as far as clients can observe: one server session for each client session. */
export interface Pooler {
  /** The port for users `<role>.<project>`. */
  readonly port: number;
  /** The names of the startup parameters that the last client sent. */
  readonly seen: string[];
  stop(): Promise<void>;
}

/** Forwards sessions to the server on this port. Of the startup parameters, only user and database are forwarded. */
export function startPooler(serverPort: number): Pooler {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const seen: string[] = [];
  const open = new Set<Deno.Conn>();
  const sessions: Promise<void>[] = [];

  async function serve(client: Deno.Conn): Promise<void> {
    open.add(client);
    let startup = await readMessage(client);
    if (new DataView(startup.buffer).getInt32(4) === SSL_REQUEST) {
      await client.write(new TextEncoder().encode("N"));
      startup = await readMessage(client);
    }
    const said = new TextDecoder().decode(startup.subarray(8)).split("\0");
    const parameters = new Map<string, string>();
    for (let index = 0; index + 1 < said.length && said[index] !== ""; index += 2) {
      parameters.set(said[index] ?? "", said[index + 1] ?? "");
    }
    seen.splice(0, seen.length, ...parameters.keys());
    const [role, project] = (parameters.get("user") ?? "").split(".");
    if (project === undefined) return client.close(); // "Tenant or user not found"
    const server = await Deno.connect({ hostname: "127.0.0.1", port: serverPort });
    open.add(server);
    await server.write(startupMessage({ user: role ?? "", database: parameters.get("database") ?? role ?? "" }));
    await Promise.allSettled([client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)]);
  }

  const accepting = (async () => {
    for await (const client of listener) sessions.push(serve(client).catch(() => {}));
  })();
  return {
    port: listener.addr.port,
    seen,
    async stop() {
      listener.close();
      await accepting;
      for (const connection of open) closeQuietly(connection);
      await Promise.all(sessions);
    },
  };
}

async function readMessage(connection: Deno.Conn): Promise<Uint8Array<ArrayBuffer>> {
  const head = await readExactly(connection, 4);
  const length = new DataView(head.buffer).getInt32(0);
  const message = new Uint8Array(length);
  message.set(head);
  message.set(await readExactly(connection, length - 4), 4);
  return message;
}

async function readExactly(connection: Deno.Conn, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const read = await connection.read(bytes.subarray(at));
    if (read === null) throw new Error("the client went away");
    at += read;
  }
  return bytes;
}

function startupMessage(parameters: Record<string, string>): Uint8Array<ArrayBuffer> {
  const text = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`).join("") + "\0";
  const body = new TextEncoder().encode(text);
  const message = new Uint8Array(8 + body.length);
  const view = new DataView(message.buffer);
  view.setInt32(0, message.length);
  view.setInt32(4, 3 << 16);
  message.set(body, 8);
  return message;
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Already closed by its stream.
  }
}
