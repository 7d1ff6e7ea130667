import assert from "node:assert/strict";
import { tokenOf } from "../support/rigs/tracker_rig.ts";
import { type ChromiumTab, startChromiumWithTabs } from "./chromium_tabs.ts";
import { startTrackingProject, startTrackingSite } from "./tracking_project.ts";

/** Until the page has its tracker, which has sent what it found. */
async function untilLoaded(tab: ChromiumTab): Promise<void> {
  // What is asked of the empty page before it is cut off.
  while (await tab.evaluate("typeof track").catch(() => "") !== "function") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await tab.evaluate("tracker.flush()");
}

/**
 * What the tracker does in Chromium, on a page of another origin than the project's: with real storage, locks, requests
 * with keepalive, and preflights.
 *
 * @param folder of the built package
 */
export async function tryTracker(test: Deno.TestContext, folder: string): Promise<void> {
  const project = startTrackingProject();
  const { server } = project;
  const site = startTrackingSite(folder, { url: project.url, key: "sb_publishable_of_this_test" }, tokenOf("anna"));
  const chromium = await startChromiumWithTabs();
  const open = async () => {
    const tab = await chromium.open(site.url);
    await untilLoaded(tab);
    return tab;
  };
  /** Each event of the tests so far, stored once. */
  let count = 0;
  const haveArrived = async () => {
    await project.hasStored(count);
    const serials = server.stored.map(({ event }) => Number(Object(event["properties"]).n));
    assert.deepEqual(serials.toSorted((left, right) => left - right), Array.from({ length: count }, (_, n) => n));
    assert.deepEqual([...new Set(server.stored.map(({ user }) => user))], ["anna"]);
  };
  const track = async (tab: ChromiumTab, more: number) => {
    await tab.evaluate(`track(${count}, ${more})`);
    count += more;
  };
  try {
    await test.step("sends what it has when its tab is closed, with its first request", async () => {
      const tab = await open();
      project.preflight_ms = 1_000;
      await track(tab, 3);
      assert.equal(server.calls.length, 0);
      await tab.close();
      await haveArrived();
      project.preflight_ms = 0;
    });

    await test.step("sends what a killed tab has left", async () => {
      const killed = await open();
      await track(killed, 3);
      await killed.kill();
      const before = server.stored.length;
      const next = await open();
      await haveArrived();
      assert.equal(before, count - 3);
      await next.close();
    });

    await test.step("keeps events without a network, and sends them as soon as it is back", async () => {
      const tab = await open();
      await tab.setOffline(true);
      await track(tab, 3);
      assert.deepEqual(await tab.evaluate("tracker.flush().then(() => troubles)"), ["UNREACHABLE"]);
      assert.equal(server.stored.length, count - 3);
      await tab.setOffline(false);
      await haveArrived();
      await tab.close();
    });

    await test.step("sends each event once from two tabs that send at the same time", async () => {
      const tabs = [await open(), await open()];
      // Opening the second one hides the first, which for a second sends what it tracks at once.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const calls = server.calls.length;
      for (const tab of tabs) await track(tab, 600);
      await Promise.all(tabs.map((tab) => tab.evaluate("tracker.flush()")));
      await haveArrived();
      // A tab may read what the other one has just removed: Chromium's processes learn of it a moment later.
      const sent_count = server.calls.slice(calls).flatMap(({ event_ids }) => event_ids).length;
      assert.ok(sent_count < 1_800, `${sent_count} events were sent, without locks nearly 2,400`);
      for (const tab of tabs) await tab.close();
    });

    await test.step("leaves to the next page what is too much for a page that is left", async () => {
      const tab = await open();
      const calls = server.calls.length;
      await track(tab, 400);
      await tab.evaluate(`location.href = "about:blank"`);
      await project.hasStored(count - 399);
      const [call] = server.calls.slice(calls);
      assert.ok(call !== undefined && call.bytes > 50_000 && call.bytes < 65_536, `${call?.bytes} bytes`);
      const next = await open();
      await haveArrived();
      await Promise.all([tab.close(), next.close()]);
    });

    await test.step("reports a full storage, and sends what it keeps in memory", async () => {
      const tab = await open();
      await tab.evaluate(`
        for (let size = 2 ** 20; size >= 1; size /= 2) {
          try { for (let n = 0;; n++) localStorage.setItem("filler " + size + " " + n, "x".repeat(size)); } catch {}
        }`);
      await track(tab, 3);
      assert.deepEqual(await tab.evaluate("tracker.flush().then(() => troubles)"), ["STORAGE"]);
      await haveArrived();
      await tab.close();
    });
  } finally {
    await chromium.stop();
    await site.stop();
    await project.stop();
  }
}
