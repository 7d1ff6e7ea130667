import {
  createTracker,
  type Rejection,
  type Tracker,
  type TrackerOptions,
  type TrackerTrouble,
} from "../../../shared/client/mod.ts";
import { FakeBrowser, type FakeTab } from "../fakes/tracking_browser.ts";
import { TrackingServer } from "../fakes/tracking_server.ts";
import { PROJECT } from "./client_rig.ts";
import { KEYS } from "../fixtures/tokens.ts";

/** A token that names a user, signed by no key: only the server verifies tokens. */
export function tokenOf(user: string, serial = 1): string {
  const payload = new TextEncoder().encode(JSON.stringify({ sub: user, serial }));
  const text = btoa(String.fromCharCode(...payload)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `header.${text}.signature`;
}

export interface TrackedTab {
  readonly page: FakeTab;
  readonly tracker: Tracker;
}

/** A browser, the server, and what all trackers report. */
export class TrackerRig {
  readonly browser = new FakeBrowser();
  readonly server = new TrackingServer();
  readonly rejections: Rejection[] = [];
  readonly troubles: TrackerTrouble[] = [];
  token: string | null = tokenOf("anna");

  /** Opens a tab, in which the application creates its tracker. */
  open(options: Partial<TrackerOptions> = {}): TrackedTab {
    const page = this.browser.open();
    const tracker = createTracker({
      url: PROJECT,
      key: KEYS.publishable,
      token: () => this.token,
      storage: this.browser.storage,
      fetch: page.fetchOf(this.server.fetch),
      onRejected: (rejection) => this.rejections.push(rejection),
      onError: (trouble) => this.troubles.push(trouble),
      page,
      ...options,
    });
    return { page, tracker };
  }

  codes(): string[] {
    return this.troubles.map(({ code }) => code);
  }

  /** The property n of the stored events, sorted: each event of a test has another one. */
  serials(user = "anna"): number[] {
    const own = this.server.stored.filter((one) => one.user === user);
    return own.map(({ event }) => Number(Object(event["properties"]).n)).sort((left, right) => left - right);
  }
}

/** An event with a serial number. */
export function numbered(n: number, properties: Readonly<Record<string, string | boolean>> = {}) {
  return { event_type: "review_start", properties: { n, ...properties } } as const;
}
