import { TrackingServer } from "../support/fakes/tracking_server.ts";

/** A project on a port of this machine that takes events as the data API does, from pages of other origins. */
export interface TrackingProject {
  readonly url: string;
  readonly server: TrackingServer;
  /** How long a preflight takes: longer than a page that is being closed. */
  preflight_ms: number;
  /** Resolves when as many events are stored. @throws Error when they are not after 15 seconds */
  hasStored(count: number): Promise<void>;
  stop(): Promise<void>;
}

export function startTrackingProject(): TrackingProject {
  const server = new TrackingServer();
  // As the platform's gateway answers: a page of another origin asks first, because of the token's header.
  const headers = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "apikey, authorization, content-type",
    "access-control-allow-methods": "POST",
  };
  const listening = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.method === "OPTIONS") {
      await new Promise((resolve) => setTimeout(resolve, project.preflight_ms));
      return new Response(null, { status: 204, headers });
    }
    if (new URL(request.url).pathname !== "/rest/v1/rpc/track_batch") {
      return new Response(null, { status: 404, headers });
    }
    const { status, body } = await server.fetch(request);
    return new Response(body, { status, headers: { ...headers, "content-type": "application/json" } });
  });
  const project: TrackingProject = {
    url: `http://127.0.0.1:${listening.addr.port}`,
    server,
    preflight_ms: 0,
    async hasStored(count) {
      for (let left = 150; server.stored.length < count; left--) {
        if (left === 0) throw new Error(`${server.stored.length} of ${count} events are stored after 15 seconds`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    stop: () => listening.shutdown(),
  };
  return project;
}

/** An application of another origin: its page has a tracker, `tracker`, and what the tracker has reported, `troubles`. */
export function startTrackingSite(
  folder: string,
  options: Readonly<Record<string, unknown>>,
  token: string,
): { readonly url: string; stop(): Promise<void> } {
  const page = `<!doctype html>
<meta charset="utf-8">
<script type="module">
  import { createTracker } from "/freshet-client/mod.js";
  window.troubles = [];
  window.tracker = createTracker({
    ...${JSON.stringify(options)},
    token: () => ${JSON.stringify(token)},
    onError: ({ code }) => troubles.push(code),
  });
  window.track = (first, count) => {
    for (let n = first; n < first + count; n++) tracker.track({ event_type: "review_start", properties: { n } });
  };
</script>`;
  const site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(page, { headers: { "content-type": "text/html" } });
    if (!pathname.startsWith("/freshet-client/")) return new Response(null, { status: 404 });
    const file = await Deno.readFile(`${folder}/${pathname.slice("/freshet-client/".length)}`);
    return new Response(file, { headers: { "content-type": "text/javascript" } });
  });
  return { url: `http://127.0.0.1:${site.addr.port}/`, stop: () => site.shutdown() };
}
