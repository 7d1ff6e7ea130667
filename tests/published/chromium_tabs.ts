import { openInChromium } from "./chromium.ts";

/** A tab, driven over the DevTools protocol. */
export interface ChromiumTab {
  /** Runs an expression in the page, waits for its promise, and gives its value. @throws Error with what it threw */
  evaluate(expression: string): Promise<unknown>;
  setOffline(is_offline: boolean): Promise<void>;
  /** Closes the tab as its user would: the page hears that it is left. */
  close(): Promise<void>;
  /** Ends the process of the tab: the page hears nothing. */
  kill(): Promise<void>;
}

/** Chromium whose tabs a test opens, drives, closes and kills. */
export async function startChromiumWithTabs(): Promise<
  { open(url: string): Promise<ChromiumTab>; stop(): Promise<void> }
> {
  const { profile, close } = await openInChromium("about:blank", ["--remote-debugging-port=0"]);
  const port = await devToolsPort(profile);
  return {
    async open(url) {
      const response = await fetch(`http://127.0.0.1:${port}/json/new?${encodeURIComponent(url)}`, { method: "PUT" });
      const { webSocketDebuggerUrl } = await response.json();
      return await driveTab(webSocketDebuggerUrl);
    },
    stop: close,
  };
}

/** Chromium writes the port that it listens on to its profile. */
async function devToolsPort(profile: string): Promise<string> {
  for (let left = 100; left > 0; left--) {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
    const [port] = text.split("\n");
    if (port) return port;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Chromium has not opened its DevTools port within 10 seconds");
}

interface Reply {
  readonly id?: number;
  readonly result?: {
    readonly result?: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
  };
  readonly error?: { readonly message: string };
}

async function driveTab(address: string): Promise<ChromiumTab> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.onmessage = ({ data }) => {
    const reply: Reply = JSON.parse(data);
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  };
  const ended = new Promise<Reply>((resolve) => socket.onclose = () => resolve({}));
  let last_id = 0;

  async function send(method: string, params: object = {}): Promise<Reply> {
    const id = ++last_id;
    const replied = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const reply = await Promise.race([replied, ended]);
    if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`);
    return reply;
  }

  async function disconnect(): Promise<void> {
    socket.close();
    await ended;
  }

  await send("Network.enable");
  return {
    async evaluate(expression) {
      const { result } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      const thrown = result?.exceptionDetails;
      if (thrown !== undefined) throw new Error(thrown.exception?.description ?? "the page threw an error");
      return result?.result?.value;
    },
    async setOffline(offline) {
      const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
      await send("Network.emulateNetworkConditions", { offline, ...unlimited });
    },
    async close() {
      await send("Page.close");
      await ended;
    },
    async kill() {
      // There is no reply: the process that would send it is gone.
      void send("Page.crash");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await disconnect();
    },
  };
}
