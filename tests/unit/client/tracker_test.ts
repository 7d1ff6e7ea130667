/** What becomes of events on the way from `track()` to the server. */
import assert from "node:assert/strict";
import { createTracker, type TrackerOptions } from "../../../shared/client/mod.ts";
import { settled } from "../../support/fakes/tracking_browser.ts";
import { numbered, tokenOf, TrackerRig } from "../../support/rigs/tracker_rig.ts";

const TOPIC = "00000000-0000-4000-8000-000000000001";
const QUESTION = "00000000-0000-4000-8000-000000000002";

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

Deno.test("events are sent together every 30 seconds, each with its id and the time of track()", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  await rig.browser.advance(10);
  const ids = [tracker.track(numbered(1)), tracker.track(numbered(2))];
  await rig.browser.advance(15);
  assert.equal(rig.server.calls.length, 0);
  await rig.browser.advance(5);
  assert.deepEqual(rig.server.calls.map(({ event_ids, user }) => [event_ids?.toSorted(), user]), [[
    ids.toSorted(),
    "anna",
  ]]);
  const [first] = rig.server.stored;
  assert.match(first?.event_id ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(first?.event["created_at"], "2026-11-30T10:00:10.000Z");
  assert.equal(rig.browser.storage.length, 0);
  await rig.browser.advance(600);
  assert.equal(rig.server.calls.length, 1);
});

Deno.test("helpers send the types of event that they are named after, in one session until it ends", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open({ interval_seconds: 5 });
  tracker.sessionStart({ device_type: "tablet" });
  tracker.questionAttempt({
    question_id: QUESTION,
    topic_id: TOPIC,
    selected_answer: "A",
    correct_answer: "B",
    time_to_answer_seconds: 45,
  });
  await rig.browser.advance(1);
  tracker.materialProgress({ material_id: QUESTION, progress_rate: 0.5 });
  await rig.browser.advance(1);
  tracker.sessionEnd();
  await rig.browser.advance(1);
  tracker.track({ event_type: "topic_view", topic_id: TOPIC });
  tracker.track({ event_type: "topic_view", topic_id: TOPIC, session_id: "mine" });
  await rig.browser.advance(5);
  const sent = new Map(
    rig.server.stored.map(({ event }) => [`${event["event_type"]} ${event["session_id"] === "mine"}`, event]),
  );
  const attempt = sent.get("question_attempt false");
  assert.deepEqual({ ...attempt, event_id: "", session_id: "" }, {
    event_type: "question_attempt",
    question_id: QUESTION,
    topic_id: TOPIC,
    selected_answer: "A",
    correct_answer: "B",
    time_to_answer_seconds: 45,
    created_at: "2026-11-30T10:00:00.000Z",
    event_id: "",
    session_id: "",
  });
  const session = sent.get("session_start false")?.["session_id"];
  assert.match(String(session), /^[0-9a-f-]{36}$/);
  assert.equal(sent.get("session_start false")?.["device_type"], "tablet");
  for (const type of ["question_attempt", "material_progress", "session_end"]) {
    assert.equal(sent.get(`${type} false`)?.["session_id"], session, type);
  }
  assert.notEqual(sent.get("topic_view false")?.["session_id"], session);
  assert.ok(sent.has("topic_view true"));
});

Deno.test("an event is in the storage before track() returns, and another page sends it when the tab was killed", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  const event_id = tracker.track(numbered(1));
  assert.equal(rig.browser.storage.length, 1);
  assert.match(rig.browser.storage.key(0) ?? "", new RegExp(`anna .* ${event_id}$`));
  page.kill();
  await rig.browser.advance(60);
  assert.deepEqual(rig.serials(), []);
  rig.open();
  await rig.browser.advance(0);
  assert.deepEqual(rig.serials(), [1]);
});

Deno.test("a call has at most 500 events and 256 KB as the server counts them", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  for (const n of range(1_100)) tracker.track(numbered(n));
  await rig.browser.advance(1);
  // Two bytes a letter, and a blank after each key and value.
  const wide = Object.fromEntries(range(18).map((index) => [String.fromCharCode(97 + index), "é".repeat(20)]));
  for (const n of range(900)) tracker.track(numbered(2_000 + n, wide));
  await rig.browser.advance(30);
  assert.equal(rig.server.stored.length, 2_000);
  assert.ok(Math.max(...rig.server.calls.map(({ event_ids }) => event_ids?.length ?? 0)) === 500);
  assert.deepEqual([rig.troubles, rig.rejections], [[], []]);
  // Without a margin for the blanks some calls would have been refused, and sent again in halves.
  assert.equal(rig.server.calls.flatMap(({ event_ids }) => event_ids).length, 2_000);
});

Deno.test("an event that is too large for any call is rejected, and the others are stored", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  await rig.browser.advance(0);
  tracker.track(numbered(1, { large: "a".repeat(262_144) }));
  await rig.browser.advance(1);
  tracker.track(numbered(2));
  await rig.browser.advance(29);
  assert.deepEqual([rig.serials(), rig.rejections.map(({ code }) => code)], [[2], ["22023"]]);
});

Deno.test("the oldest events are sent first, wherever they are kept", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  await rig.browser.advance(0);
  rig.browser.setTime(Date.parse("2026-11-30T12:00:00Z"));
  tracker.track(numbered(3));
  rig.browser.setTime(Date.parse("2026-11-30T11:00:00Z"));
  tracker.track(numbered(2));
  rig.browser.storage.is_full = true;
  rig.browser.setTime(Date.parse("2026-11-30T10:00:00Z"));
  tracker.track(numbered(1));
  await rig.browser.advance(30);
  assert.deepEqual(rig.server.stored.map(({ event }) => Object(event["properties"]).n), [1, 2, 3]);
});

Deno.test("without a network it waits twice as long each time, and `online` ends the wait", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  const times: number[] = [];
  rig.server.faults = range(20).map(() => "offline");
  await rig.browser.advance(0);
  tracker.track(numbered(1));
  for (let left = 20; left > 12;) {
    await rig.browser.advance(30);
    if (rig.server.faults.length < left) times.push(rig.browser.elapsed() / 1_000);
    left = rig.server.faults.length;
  }
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  // Three quarters of 60, 120, 240 … seconds and never over an hour, at the next of the 30 seconds' ticks.
  assert.deepEqual(waits, [60, 90, 180, 360, 720, 1_440, 2_880]);
  assert.deepEqual([...new Set(rig.codes())], ["UNREACHABLE"]);
  rig.server.faults = [];
  page.goOnline();
  await settled();
  assert.deepEqual(rig.serials(), [1]);
  // An answer begins the waits again.
  rig.server.faults = ["offline"];
  tracker.track(numbered(2));
  await tracker.flush();
  await rig.browser.advance(60);
  rig.server.faults = ["offline"];
  tracker.track(numbered(3));
  await tracker.flush();
  await rig.browser.advance(60);
  assert.deepEqual(rig.serials(), [1, 2, 3]);
});

Deno.test("a Retry-After is waited for where it is longer", async () => {
  const rig = new TrackerRig();
  const busy = () => Promise.resolve(new Response("", { status: 429, headers: { "retry-after": "600" } }));
  let serve: typeof fetch = busy;
  const { page, tracker } = rig.open({ fetch: (...asked) => serve(...asked) });
  await rig.browser.advance(0);
  tracker.track(numbered(1));
  await rig.browser.advance(30);
  serve = page.fetchOf(rig.server.fetch);
  await rig.browser.advance(590);
  assert.deepEqual(rig.serials(), []);
  await rig.browser.advance(30);
  assert.deepEqual(rig.serials(), [1]);
});

Deno.test("the device's time may be set back: the wait after a failure is as long as before", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  rig.server.faults = ["offline"];
  tracker.track(numbered(1));
  await rig.browser.advance(30);
  rig.browser.setTime(Date.parse("2020-01-01T00:00:00Z"));
  await rig.browser.advance(60);
  assert.deepEqual(rig.serials(), [1]);
});

Deno.test("a reply that was lost costs a duplicate, and no second event", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  rig.server.faults = ["lost_reply"];
  tracker.track(numbered(1));
  await rig.browser.advance(30);
  assert.equal(rig.browser.storage.length, 1);
  await rig.browser.advance(600);
  assert.deepEqual([rig.serials(), rig.browser.storage.length, rig.server.calls.length], [[1], 0, 2]);
});

Deno.test("an event that the answer does not name stays, and is not asked about again at once", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  await rig.browser.advance(0);
  rig.server.faults = ["half_answered"];
  for (const n of range(4)) tracker.track(numbered(n));
  await rig.browser.advance(30);
  assert.deepEqual([rig.server.calls.length, rig.browser.storage.length], [1, 2]);
  await rig.browser.advance(30);
  assert.deepEqual([rig.server.calls.length, rig.browser.storage.length, rig.serials()], [2, 0, [0, 1, 2, 3]]);
});

Deno.test("an event that the server cannot read is known by its place, in an answer about all events only", async () => {
  const unread = { event_id: null, status: "rejected", code: "unreadable", detail: "not readable" };
  async function rejectedOf(resultsOf: (accepted: readonly unknown[]) => readonly unknown[]): Promise<unknown> {
    const rig = new TrackerRig();
    let calls_count = 0;
    const { tracker } = rig.open({
      fetch(_url, init) {
        if (calls_count++ > 0) return Promise.reject(new TypeError("Failed to fetch"));
        const events: readonly { readonly event_id: string }[] = JSON.parse(String(init?.body)).events;
        const accepted = events.map(({ event_id }) => ({ event_id, status: "accepted", code: null, detail: null }));
        return Promise.resolve(Response.json({ results: resultsOf(accepted) }));
      },
    });
    for (const n of range(3)) {
      tracker.track(numbered(n));
      rig.browser.setTime(rig.browser.now() + 1);
    }
    await rig.browser.advance(30);
    return [rig.rejections.map(({ code, event }) => [code, event?.properties?.["n"]]), rig.browser.storage.length];
  }
  assert.deepEqual(await rejectedOf(([first, , third]) => [first, unread, third]), [[["unreadable", 1]], 0]);
  assert.deepEqual(await rejectedOf(([first]) => ["?", unread, first]), [[["unreadable", 1]], 1]);
  // Two results for three events: the one without an id may be about either of the others.
  assert.deepEqual(await rejectedOf(([first]) => [first, unread]), [[], 2]);
});

Deno.test("an answer that names no event, like a login page, removes none and is waited out", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open({ fetch: () => Promise.resolve(new Response("<h1>Welcome</h1>")) });
  tracker.track(numbered(1));
  await rig.browser.advance(31);
  assert.deepEqual([rig.codes(), rig.browser.storage.length], [["UNEXPECTED"], 1]);
});

Deno.test("a rejected event leaves the queue and comes to onRejected with its reason", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  tracker.track(numbered(1));
  const event_id = tracker.track(numbered(2, { is_rejected: true }));
  await rig.browser.advance(30);
  assert.deepEqual([rig.serials(), rig.browser.storage.length, rig.rejections.length], [[1], 0, 1]);
  const [{ event, ...why } = { event: null }] = rig.rejections;
  assert.deepEqual(why, { event_id, code: "unknown_topic", detail: "There is no such topic" });
  assert.deepEqual(event?.properties, { n: 2, is_rejected: true });
});

Deno.test("an event for which the whole call is refused is found by halves, and the others are stored", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  await rig.browser.advance(0);
  // PostgreSQL takes no U+0000 in a text.
  for (const n of range(500)) tracker.track(numbered(n, n === 77 ? { note: "\u0000" } : {}));
  await rig.browser.advance(30);
  assert.deepEqual(rig.serials(), range(500).filter((n) => n !== 77));
  assert.deepEqual(rig.rejections.map(({ code, event }) => [code, event?.properties?.["n"]]), [["22P05", 77]]);
  assert.ok(rig.server.calls.length < 40, `${rig.server.calls.length} calls`);
});

Deno.test("an event that is damaged in the storage is rejected, and does not block the others", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  await rig.browser.advance(0);
  const event_id = tracker.track(numbered(1));
  tracker.track(numbered(2));
  const key = [...rig.browser.storage.items.keys()].find((one) => one.endsWith(event_id ?? ""));
  rig.browser.storage.items.set(key ?? "", '{"event_id":');
  await rig.browser.advance(30);
  assert.deepEqual(rig.serials(), [2]);
  assert.deepEqual(rig.rejections, [{ event: null, event_id, code: "PGRST102", detail: "Empty or invalid json" }]);
});

Deno.test("a refusal that is not certain to be about the event loses nothing: the next page asks again", async () => {
  const rig = new TrackerRig();
  const first = rig.open();
  await rig.browser.advance(0);
  for (const n of range(10)) first.tracker.track(numbered(n, n === 3 ? { mystery: true } : {}));
  await rig.browser.advance(600);
  assert.deepEqual(rig.serials(), [0, 1, 2, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual([rig.codes(), rig.rejections, rig.browser.storage.length], [["REFUSED"], [], 1]);
  const before = rig.server.calls.length;
  rig.open();
  await rig.browser.advance(600);
  assert.equal(rig.server.calls.length, before + 1);
});

Deno.test("a server that refuses every call is asked 50 times in a row at most, and loses no event", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  await rig.browser.advance(0);
  for (const n of range(200)) tracker.track(numbered(n, { mystery: true }));
  await rig.browser.advance(30);
  assert.equal(rig.server.calls.length, 50);
  await rig.browser.advance(7_200);
  // Each event once, and the calls in which it was found.
  assert.ok(rig.server.calls.length < 450, `${rig.server.calls.length} calls`);
  assert.equal(rig.browser.storage.length, 200);
});

Deno.test("a server that fails on large calls is sent smaller ones, down to ten events", async () => {
  const rig = new TrackerRig();
  const sizes: number[] = [];
  const { page, tracker } = rig.open({
    fetch: async (url, init) => {
      const { events } = JSON.parse(String(init?.body));
      sizes.push(events.length);
      return events.length > 15
        ? Response.json({ code: "57014", message: "canceling statement due to statement timeout" }, { status: 500 })
        : await page.fetchOf(rig.server.fetch)(url, init);
    },
  });
  await rig.browser.advance(0);
  for (const n of range(400)) tracker.track(numbered(n));
  await rig.browser.advance(4 * 3_600);
  assert.deepEqual([...new Set(sizes)].slice(0, 7), [400, 250, 125, 63, 32, 16, 10]);
  assert.ok(rig.serials().length > 30, `${rig.serials().length} events`);
});

Deno.test("a missing function or privilege is a failure, and no event is blamed", async () => {
  for (const status of [403, 404, 500]) {
    const rig = new TrackerRig();
    const body = { code: "PGRST202", message: "no function public.track_batch" };
    const { tracker } = rig.open({ fetch: () => Promise.resolve(Response.json(body, { status })) });
    for (const n of range(3)) tracker.track(numbered(n));
    await rig.browser.advance(40);
    assert.deepEqual([rig.browser.storage.length, rig.codes(), rig.rejections], [3, ["UNEXPECTED"], []]);
    assert.match(rig.troubles[0]?.detail ?? "", /no function public\.track_batch/);
  }
});

Deno.test("after a 401 it waits for another token", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  rig.server.faults = ["unauthenticated"];
  tracker.track(numbered(1));
  await rig.browser.advance(3_600);
  assert.deepEqual([rig.server.calls.length, rig.codes()], [1, ["UNAUTHENTICATED"]]);
  rig.token = tokenOf("anna", 2);
  await rig.browser.advance(30);
  assert.deepEqual(rig.serials(), [1]);
});

Deno.test("events of one user are never sent with the token of another", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  tracker.track(numbered(1));
  rig.token = tokenOf("anna bela");
  tracker.track(numbered(2));
  await rig.browser.advance(30);
  rig.token = null;
  await rig.browser.advance(30);
  assert.deepEqual([rig.serials("anna"), rig.serials("anna bela"), rig.browser.storage.length], [[], [2], 1]);
  rig.token = tokenOf("anna");
  await rig.browser.advance(30);
  assert.deepEqual(rig.serials("anna"), [1]);
});

Deno.test("a token that changes between two calls of a run takes the second user's events only", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open({
    fetch: (...asked) => {
      rig.token = tokenOf("bela");
      return page.fetchOf(rig.server.fetch)(...asked);
    },
  });
  for (const n of range(700)) tracker.track(numbered(n));
  rig.token = tokenOf("bela");
  tracker.track(numbered(1_000));
  rig.token = tokenOf("anna");
  await rig.browser.advance(30);
  assert.deepEqual(rig.server.calls.map(({ user, event_ids }) => [user, event_ids?.length]), [["anna", 500], [
    "bela",
    1,
  ]]);
});

Deno.test("without a user, with a token that names none or with token() failing, track() keeps nothing and says so", () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  for (
    const token of [null, "", "sb_publishable_…", "a.b.c", `a.${btoa("{}")}.c`, `a.${btoa('{"sub":"\\ud800"}')}.c`]
  ) {
    rig.token = token;
    assert.equal(tracker.track(numbered(1)), null, String(token));
  }
  const failing = rig.open({
    token() {
      throw new Error("no session");
    },
  });
  assert.equal(failing.tracker.track(numbered(1)), null);
  assert.equal(rig.browser.storage.length, 0);
});

Deno.test("a full storage keeps events in memory and says so once; it takes them over when it has room", async () => {
  const rig = new TrackerRig();
  const { tracker } = rig.open();
  await rig.browser.advance(0);
  rig.browser.storage.is_full = true;
  rig.server.faults = ["offline"];
  for (const n of range(3)) tracker.track(numbered(n));
  await rig.browser.advance(30);
  assert.deepEqual(rig.codes(), ["STORAGE", "UNREACHABLE"]);
  assert.equal(Object(rig.troubles[0]?.cause).name, "QuotaExceededError");
  rig.browser.storage.is_full = false;
  rig.server.faults = ["offline"];
  await rig.browser.advance(60);
  assert.equal(rig.browser.storage.length, 3);
  await rig.browser.advance(600);
  assert.deepEqual([rig.serials(), rig.browser.storage.length], [[0, 1, 2], 0]);
});

Deno.test("a storage that throws whatever it is asked is as good as none", async () => {
  const rig = new TrackerRig();
  const denied = (): never => {
    throw new DOMException("denied", "SecurityError");
  };
  const storage = {
    get length() {
      return denied();
    },
    key: denied,
    getItem: denied,
    setItem: denied,
    removeItem: denied,
  };
  const { tracker } = rig.open({ storage });
  tracker.track(numbered(1));
  await rig.browser.advance(30);
  assert.deepEqual([rig.serials(), rig.codes()], [[1], ["STORAGE"]]);
  const chosen = rig.open({ storage: null });
  chosen.tracker.track(numbered(2));
  await rig.browser.advance(30);
  assert.deepEqual([rig.serials(), rig.codes()], [[1, 2], ["STORAGE"]]);
});

Deno.test("a page that is hidden sends at once, by a request that outlives it", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  await rig.browser.advance(10);
  tracker.track(numbered(1));
  page.hide();
  // While this call is under way, what it holds is not sent by another one.
  page.hide();
  page.kill();
  await settled();
  assert.deepEqual(rig.server.calls.map(({ keepalive }) => keepalive), [true]);
  assert.deepEqual(rig.serials(), [1]);
});

Deno.test("an event that is tracked while the page is being left is sent, too", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  await rig.browser.advance(10);
  tracker.sessionStart();
  page.hide();
  tracker.sessionEnd();
  await Promise.resolve();
  page.kill();
  await settled();
  assert.deepEqual(rig.server.stored.map(({ event }) => event["event_type"]), ["session_start", "session_end"]);
});

Deno.test("a page that stays hidden sends at its intervals, as one that is seen", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  await rig.browser.advance(10);
  page.hide();
  for (const n of range(10)) {
    await rig.browser.advance(1);
    tracker.track(numbered(n));
  }
  await settled();
  assert.deepEqual(rig.server.calls.length, 0);
  await rig.browser.advance(10);
  assert.deepEqual(rig.serials(), range(10));
});

Deno.test("a page that is left sends no more than browsers let outlive it, and the next page sends the rest", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  await rig.browser.advance(10);
  const large = "é".repeat(33_000);
  tracker.track(numbered(999, { large }));
  await rig.browser.advance(1);
  for (const n of range(400)) tracker.track(numbered(n));
  page.hide();
  page.hide();
  await rig.browser.advance(0);
  const [call, ...others] = rig.server.calls;
  assert.ok(call !== undefined && call.bytes > 50_000 && call.bytes <= 60_000, `${call?.bytes} bytes`);
  assert.deepEqual(others, []);
  assert.deepEqual(rig.browser.storage.length, 401 - (call?.event_ids?.length ?? 0));
  page.kill();
  rig.open();
  await rig.browser.advance(30);
  assert.deepEqual(rig.serials(), [...range(400), 999]);
});

Deno.test("each time that a page is hidden it sends as much, and again what was not answered", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  await rig.browser.advance(0);
  for (const round of range(3)) {
    for (const n of range(150)) tracker.track(numbered(1_000 * round + n));
    if (round === 1) rig.server.faults = ["lost_reply"];
    page.hide();
    await rig.browser.advance(1);
  }
  const [first, second, third = 0] = rig.server.calls.map(({ event_ids }) => event_ids?.length);
  assert.deepEqual([first, second, third > 250], [150, 150, true]);
});

Deno.test("a request that other code of the page leaves no room for does not delay the next one", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  tracker.track(numbered(1));
  rig.server.faults = ["offline"];
  page.hide();
  await rig.browser.advance(30);
  assert.deepEqual([rig.serials(), rig.codes()], [[1], []]);
});

Deno.test("of two tabs one sends at a time, and they send every event once", async () => {
  const rig = new TrackerRig();
  const tabs = [rig.open(), rig.open()];
  for (const n of range(1_200)) tabs[n % 2]?.tracker.track(numbered(n));
  await rig.browser.advance(30);
  assert.deepEqual(rig.serials(), range(1_200));
  assert.equal(rig.server.calls.flatMap(({ event_ids }) => event_ids).length, 1_200);
});

Deno.test("without locks two tabs may send an event twice, and it is stored once", async () => {
  const rig = new TrackerRig();
  rig.browser.has_locks = false;
  const tabs = [rig.open(), rig.open()];
  for (const n of range(100)) tabs[n % 2]?.tracker.track(numbered(n));
  await Promise.all(tabs.map(({ tracker }) => tracker.flush()));
  assert.deepEqual(rig.serials(), range(100));
  assert.equal(rig.server.calls.flatMap(({ event_ids }) => event_ids).length, 200);
  assert.equal(rig.browser.storage.length, 0);
});

Deno.test("a response that never comes is given up after 30 seconds, and the other tab sends", async () => {
  const rig = new TrackerRig();
  const [first, second] = [rig.open(), rig.open()];
  rig.server.faults = ["silent_before_commit"];
  first.tracker.track(numbered(1));
  await rig.browser.advance(29);
  second.tracker.track(numbered(2));
  assert.deepEqual(rig.serials(), []);
  await rig.browser.advance(31);
  assert.deepEqual(rig.serials(), [1, 2]);
});

Deno.test("events of another project in the same storage stay where they are", async () => {
  const rig = new TrackerRig();
  const other = rig.open({ url: "https://other.supabase.co", fetch: () => Promise.reject(new TypeError("offline")) });
  other.tracker.track(numbered(1));
  rig.open().tracker.track(numbered(2));
  rig.browser.storage.setItem("theme", "dark");
  await rig.browser.advance(30);
  assert.deepEqual([rig.serials(), rig.browser.storage.length], [[2], 2]);
});

Deno.test("flush() sends now, and after stop() nothing is sent", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  tracker.track(numbered(1));
  await tracker.flush();
  assert.deepEqual(rig.serials(), [1]);
  tracker.stop();
  tracker.track(numbered(2));
  await tracker.flush();
  page.hide();
  await rig.browser.advance(600);
  assert.deepEqual([rig.serials(), rig.browser.storage.length, page.timers.size], [[1], 1, 0]);
});

Deno.test("stop() while a call is under way lets it end, and begins no other", async () => {
  const rig = new TrackerRig();
  const { page, tracker } = rig.open();
  rig.server.faults = ["silent_before_commit"];
  tracker.track(numbered(1));
  await rig.browser.advance(10);
  tracker.stop();
  await rig.browser.advance(600);
  assert.deepEqual([rig.codes(), rig.serials(), page.timers.size], [["UNREACHABLE"], [], 0]);
});

Deno.test("what the application's own functions throw is reported by the runtime, and stops nothing", async () => {
  const rig = new TrackerRig();
  const thrown: string[] = [];
  const hear = (event: ErrorEvent) => {
    event.preventDefault();
    thrown.push(event.error.message);
  };
  const { tracker } = rig.open({
    onRejected() {
      throw new Error("in onRejected");
    },
    onError() {
      throw new Error("in onError");
    },
  });
  addEventListener("error", hear);
  try {
    await rig.browser.advance(0);
    rig.server.faults = ["offline"];
    tracker.track(numbered(1, { is_rejected: true }));
    tracker.track(numbered(2));
    await rig.browser.advance(600);
  } finally {
    removeEventListener("error", hear);
  }
  assert.deepEqual([rig.serials(), rig.browser.storage.length], [[2], 0]);
  assert.deepEqual(thrown, ["in onError", "in onRejected"]);
});

Deno.test("an interval that would send all the time, or never, is refused", () => {
  for (const interval_seconds of [0, -1, 0.5, NaN, Infinity, 86_401]) {
    const options: TrackerOptions = {
      url: "https://example.supabase.co",
      key: "",
      token: () => null,
      interval_seconds,
    };
    assert.throws(() => createTracker(options), /interval_seconds is .*: give 1 to 86,400/);
  }
});
