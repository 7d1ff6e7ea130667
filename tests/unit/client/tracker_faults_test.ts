/**
 * Random faults: networks that fail before and after the server has committed, tabs that are killed, hidden or opened
 * beside each other, users that change, storage that is full. When all is over, the server has every event once.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { CallFault } from "../../support/fakes/tracking_server.ts";
import { proofs } from "../../support/random/proofs.ts";
import { numbered, tokenOf, type TrackedTab, TrackerRig } from "../../support/rigs/tracker_rig.ts";

const USERS = ["anna", "bela b."];
const FAULTS: readonly CallFault[] = [
  "offline",
  "lost_reply",
  "half_answered",
  "failing",
  "unauthenticated",
  "silent_before_commit",
  "silent_after_commit",
];

/** What an event is to the server. */
const KINDS = ["good", "good", "good", "rejected", "refused", "mystery"] as const;
type Kind = (typeof KINDS)[number];

const PROPERTIES: Readonly<Record<Kind, Readonly<Record<string, string | boolean>>>> = {
  good: {},
  rejected: { is_rejected: true },
  refused: { note: "\u0000" },
  mystery: { mystery: true },
};

type Step =
  | { readonly do: "track"; readonly tab: number; readonly kinds: readonly Kind[] }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "fail"; readonly faults: readonly CallFault[] }
  | { readonly do: "kill" | "open" | "hide" | "flush" | "online"; readonly tab: number }
  | { readonly do: "sign in"; readonly user: number | null }
  | { readonly do: "fill" | "empty" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("track" as const),
      tab: fc.nat(2),
      kinds: fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.nat(90) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("fail" as const),
      faults: fc.array(fc.constantFrom(...FAULTS), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("kill" as const, "open", "hide", "flush", "online"),
      tab: fc.nat(2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sign in" as const), user: fc.option(fc.nat(1)) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("fill" as const, "empty") }) },
);

interface Tracked {
  readonly n: number;
  readonly user: string;
  readonly event_id: string;
  readonly kind: Kind;
  readonly tab: TrackedTab;
}

/** Runs the steps in a browser. */
class World {
  readonly rig = new TrackerRig();
  readonly tabs: TrackedTab[] = [this.rig.open()];
  readonly tracked: Tracked[] = [];
  /** Events that were in the memory of a tab that was killed. */
  readonly lost = new Set<string>();
  user: string | null = "anna";
  /** The rig's first token is 1. */
  #serial = 2;

  signIn(user: string | null): void {
    this.user = user;
    this.rig.token = user === null ? null : tokenOf(user, this.#serial++);
  }

  async take(step: Step): Promise<void> {
    const { rig } = this;
    const tab = "tab" in step ? this.tabs[step.tab % this.tabs.length] : undefined;
    switch (step.do) {
      case "track":
        for (const kind of step.kinds) if (tab !== undefined) this.#track(tab, kind);
        return;
      case "wait":
        return await rig.browser.advance(step.seconds);
      case "fail":
        rig.server.faults.push(...step.faults);
        return;
      case "kill":
        // Not after it: what runs now, and a call that is under way, is cut off.
        if (tab !== undefined) this.#kill(tab);
        return;
      case "open":
        if (this.tabs.length < 3) this.tabs.push(rig.open());
        return;
      case "hide":
        return tab?.page.hide();
      case "flush":
        // Begun, and not awaited: the next step may come while a call is under way.
        void tab?.tracker.flush();
        return;
      case "online":
        return tab?.page.goOnline();
      case "sign in":
        return this.signIn(step.user === null ? null : USERS[step.user] ?? null);
      case "fill":
      case "empty":
        rig.browser.storage.is_full = step.do === "fill";
    }
  }

  #track(tab: TrackedTab, kind: Kind): void {
    const n = this.tracked.length;
    const event_id = tab.tracker.track(numbered(n, PROPERTIES[kind]));
    if (event_id === null || this.user === null) {
      assert.deepEqual([event_id, this.user], [null, null]);
      return;
    }
    this.tracked.push({ n, user: this.user, event_id, kind, tab });
  }

  #kill(tab: TrackedTab): void {
    const keys = [...this.rig.browser.storage.items.keys()].join("\n");
    const memory = this.tracked.filter((one) => one.tab === tab && !keys.includes(one.event_id));
    for (const { event_id } of memory) this.lost.add(event_id);
    tab.page.kill();
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    if (this.tabs.length === 0) this.tabs.push(this.rig.open());
  }

  /** The network is back, the storage has room, each user comes back for a while. */
  async heal(): Promise<void> {
    this.rig.server.faults = [];
    this.rig.browser.storage.is_full = false;
    for (const user of USERS) {
      this.signIn(user);
      this.tabs.push(this.rig.open());
      for (const { page } of this.tabs) page.goOnline();
      await this.rig.browser.advance(300);
    }
  }
}

function sorted(texts: Iterable<string>): string[] {
  return [...texts].sort();
}

Deno.test("whatever fails, every event is stored once, under its user, or is rejected", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), fc.boolean(), async (drawn, has_locks) => {
      const world = new World();
      const { rig } = world;
      rig.browser.has_locks = has_locks;
      for (const step of drawn) await world.take(step);
      await world.heal();

      const stored = rig.server.stored.map(({ user, event }) => `${user} ${Object(event["properties"]).n}`);
      assert.equal(new Set(stored).size, stored.length, "an event was stored twice");
      const rejected = sorted(rig.rejections.map(({ event_id }) => event_id));
      assert.equal(new Set(rejected).size, rejected.length, "an event was rejected twice");
      const queued = [...rig.browser.storage.items.keys()].map((key) => key.slice(key.lastIndexOf(" ") + 1));
      for (const { n, user, event_id, kind } of world.tracked) {
        const places = [
          stored.includes(`${user} ${n}`) ? "good" : "",
          rejected.includes(event_id) ? "rejected" : "",
          queued.includes(event_id) ? "mystery" : "",
        ].filter((place) => place !== "");
        const place = kind === "refused" ? "rejected" : kind;
        if (world.lost.has(event_id) && places.length === 0) continue;
        assert.deepEqual(places, [place], `event ${n} of ${user}, ${kind}`);
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
      }
      assert.equal(stored.length, world.tracked.filter(({ n, user }) => stored.includes(`${user} ${n}`)).length);
      for (const { user, event_ids } of rig.server.calls) {
        const owners = world.tracked.filter(({ event_id }) => event_ids?.includes(event_id)).map((one) => one.user);
        assert.deepEqual(owners.filter((owner) => owner !== user), [], "an event was sent with another user's token");
      }
    }),
    { numRuns: proofs(60, 5_000) },
  );
  for (const kind of KINDS) assert.ok((seen.get(kind) ?? 0) > 5, `${kind}: ${seen.get(kind)}`);
});
