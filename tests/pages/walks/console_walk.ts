// The console of the person on call: what it shows is what the database holds, and what is done there is recorded.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { demoUsers } from "../../../stack/demo_users.ts";
import type { Page } from "../../support/rigs/browser.ts";
import { card, enter, figure, numbersOf, product, refreshRequested, walk } from "../../support/rigs/pages_stage.ts";
import { asUser } from "../../support/rigs/product.ts";

const BY_HAND = "counted-by-hand";

async function open(page: Page, filters = ""): Promise<void> {
  await enter(page, "Administrator of the platform");
  await page.goto(`${product().stack.origin}/ops${filters}`);
  await page.locator(".settled .card .source").first().waitFor();
  await page.locator(".card[aria-busy=true]").first().waitFor({ state: "hidden" });
}

/** The row of a table whose head has this text, also where a word may be broken, or after a badge. */
const row = (page: Page, title: string, name: string) =>
  card(page, title).locator(`xpath=.//tr[.//*[@class="row-name"][.="${name}" or text()[normalize-space()="${name}"]]]`);

walk(
  "an incident that was planted by SQL is seen with its repair and its runbook, and is over when its job is adopted",
  async ({ page, strange, errors }) => {
    const { sql } = product();
    await sql`select cron.schedule(${BY_HAND}, '0 3 * * *', 'select 1')`;
    try {
      await sql`select analytics.audit_pass()`;
      const [planted] = await sql`
        select i.incident_id, i.evidence ->> 'message' as message from analytics.incidents as i
        where i.kind = 'undeclared' and i.subject = ${BY_HAND} and i.closed_at is null`;
      ok(planted !== undefined, "the audit opened no incident");

      await open(page);
      const [counted] =
        await sql`select count(*)::integer as n from analytics.incidents as i where i.closed_at is null`;
      equal(await figure(page, "Now", "Open incidents"), String(counted?.["n"]));
      const line = card(page, "Incidents").getByRole("button", { name: new RegExp(BY_HAND) });
      await line.click();
      equal(new URL(page.url()).searchParams.get("incident"), String(planted["incident_id"]));
      const known = card(page, "Incidents").locator(".known");
      match(await known.innerText(), new RegExp(String(planted["message"]).replaceAll(/[()"]/g, ".")));
      match(await known.locator("pre").first().innerText(), new RegExp(`adopt_job\\('${BY_HAND}'`));
      await known.getByText("What to do about undeclared").click();
      await known.locator(".runbook h4").first().waitFor();
      // The address alone opens it again, for somebody else.
      await page.reload();
      await known.locator("pre").first().waitFor();

      await row(page, "Jobs", BY_HAND).getByRole("button", { name: /^Adopt/ }).click();
      const dialog = page.getByRole("dialog", { name: `Adopt ${BY_HAND}` });
      await dialog.getByRole("button", { name: "Adopt" }).click();
      await dialog.waitFor({ state: "hidden" });
      await row(page, "Operator actions", BY_HAND).waitFor();
      const [action] = await sql`
        select a.action, a.operator_id from analytics.operator_actions as a where a.subject = ${BY_HAND}`;
      deepEqual({ ...action }, { action: "adopt", operator_id: demoUsers.admin });
      await sql`select analytics.audit_pass()`;
      await page.goto(`${product().stack.origin}/ops?incidents=closed&incident=${planted["incident_id"]}`);
      match(await known.innerText(), /Over\s/);
      deepEqual([strange, errors], [[], []]);
    } finally {
      await sql`select cron.unschedule(${BY_HAND})`;
      await sql`select freshet.withdraw_job(${BY_HAND})`;
    }
  },
);

walk(
  "a job is muted by keyboard alone: the dialog takes the focus and gives it back, and who did it is recorded",
  async ({ page }) => {
    const { sql } = product();
    const [job] = await sql`select d.job_name as name from analytics.scheduled_jobs as d order by 1 limit 1`;
    const name = String(job?.["name"]);
    await open(page);
    const button = row(page, "Jobs", name).getByRole("button", { name: /^Mute/ });
    await button.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: `Mute ${name}` });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    match(String(await page.evaluate("document.activeElement.textContent")), new RegExp(`^Mute ${name}`));
    equal((await sql`select from analytics.operator_actions where action = 'mute'`).length, 0);

    await page.keyboard.press("Enter");
    await dialog.waitFor();
    // From one hour to four, then the reason, then past Cancel to the button.
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    for (const letter of "moving") await page.keyboard.press(letter);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await row(page, "Jobs", name).getByText(`by ${demoUsers.admin}: moving`).waitFor();
    const [action] = await sql`
      select a.operator_kind, a.operator_id, a.reason, d.muted_until = a.muted_until as is_muted,
        abs(extract(epoch from a.muted_until - a.acted_at) - 4 * 3600) < 60 as is_for_four_hours
      from analytics.operator_actions as a
      join analytics.scheduled_jobs as d on d.job_name = a.subject
      where a.action = 'mute' and a.subject = ${name}`;
    deepEqual({ ...action }, {
      operator_kind: "user",
      operator_id: demoUsers.admin,
      reason: "moving",
      is_muted: true,
      is_for_four_hours: true,
    });

    await row(page, "Jobs", name).getByRole("button", { name: /^Unmute/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Unmute" }).click();
    await row(page, "Jobs", name).getByText(`by ${demoUsers.admin}: moving`).waitFor({ state: "hidden" });
    const [after] = await sql`select d.muted_until from analytics.scheduled_jobs as d where d.job_name = ${name}`;
    equal(after?.["muted_until"], null);
  },
);

walk("a refresh is asked for, and followed to the outcome that the ledger has", async ({ page }) => {
  const { sql } = product();
  const [view] = await sql`
    select v.view_name as name from analytics.views as v where v.refreshed_at is not null order by 1 limit 1`;
  const name = String(view?.["name"]);
  await open(page);
  const refreshed = row(page, "Views", name);
  await refreshed.getByRole("button", { name: /^Refresh/ }).click();
  await page.getByRole("dialog", { name: `Refresh ${name}` }).getByRole("button", { name: "Refresh" }).click();
  await refreshed.getByText(/^The refresh is (?:queued|running)/).waitFor();
  await refreshRequested();
  const outcome = refreshed.getByText(/^(?:Nothing had changed|Computed again)/);
  await outcome.waitFor({ timeout: 60_000 });
  const [last] = await sql`
    select l.outcome from analytics.refresh_log as l where l.view_name = ${name} order by l.id desc limit 1`;
  const said = { refreshed: /^Computed again/, skipped_clean: /^Nothing had changed/ }[String(last?.["outcome"])];
  match(await outcome.innerText(), said ?? /^$/);
  await row(page, "Operator actions", name).waitFor();
});

walk(
  "the marks of a job are the runs of pg_cron's history, and the figures of a view are its own",
  async ({ page }) => {
    const { sql } = product();
    await open(page);
    const [job] = await sql`
    select j.jobid, j.jobname as name from cron.job as j
    where exists (select from cron.job_run_details as r where r.jobid = j.jobid and r.status = 'succeeded')
    order by j.jobname limit 1`;
    const runs = row(page, "Jobs", String(job?.["name"])).locator("figure");
    const shown = await numbersOf(runs);
    // A run that has ended since the page asked is left out of the comparison.
    const numbers = shown.map(([, runid]) => Number(runid));
    const kept = await sql`
    select r.runid::integer, r.status, round(extract(epoch from r.end_time - r.start_time) * 1000)::integer as took
    from cron.job_run_details as r
    where r.jobid = ${Number(job?.["jobid"])} and r.runid <= ${Math.max(...numbers)}
    order by r.runid desc limit 30`;
    deepEqual(
      shown.map(([, runid, status, took]) => [runid, status, took]),
      kept.map(({ runid, status, took }) => [String(runid), status, String(took ?? "none")]).toReversed(),
    );

    const [view] = await sql`
    select v.view_name as name, pg_total_relation_size(to_regclass('analytics.' || v.view_name)) as size
    from analytics.views as v order by 1 limit 1`;
    const size = await row(page, "Views", String(view?.["name"])).locator('[data-of="Size"]').innerText();
    const bytes = Number(view?.["size"]);
    const [unit, digits] = bytes < 1e6 ? ["kB", 0] : ["MB", 1];
    const figures = new Intl.NumberFormat("en-GB", { maximumFractionDigits: Number(digits) });
    equal(size.trim(), `${figures.format(bytes / (unit === "kB" ? 1e3 : 1e6))} ${unit}`);
  },
);

walk(
  "the console is not for an organisation's admin: not offered, not shown, and refused by the API",
  async ({ page }) => {
    const { stack, sql } = product();
    await enter(page, "Organisation's admin");
    equal(await page.getByRole("link", { name: "Console" }).count(), 0);
    await page.goto(`${stack.origin}/ops`);
    await page.getByRole("alert").waitFor();
    match(await page.getByRole("alert").innerText(), /^This page is for administrators of the platform/);
    equal(await page.locator(".card").count(), 0);
    const before = await sql`select from analytics.operator_actions`;
    const api = `${stack.origin}/functions/v1/analytics/ops`;
    const headers = { ...asUser(stack, stack.tokens["org_admin"] ?? ""), "content-type": "application/json" };
    const body = JSON.stringify({ until: new Date(Date.now() + 3_600_000).toISOString(), reason: "not mine" });
    for (const path of ["views", "jobs", "incidents", "outbox", "cache", "actions"]) {
      const response = await fetch(`${api}/${path}`, { headers });
      await response.body?.cancel();
      equal(response.status, 403, path);
    }
    for (const path of ["jobs/analytics-audit/mute", "jobs/analytics-audit/unmute", "jobs/analytics-audit/adopt"]) {
      const response = await fetch(`${api}/${path}`, { method: "POST", headers, body });
      await response.body?.cancel();
      equal(response.status, 403, path);
    }
    equal((await sql`select from analytics.operator_actions`).length, before.length);
  },
);

walk(
  "the console passes axe in a dialog on a telephone, and its buttons are not printed",
  async ({ page, axe, strange, errors }) => {
    await open(page);
    await page.setViewportSize({ width: 360, height: 800 });
    await card(page, "Jobs").getByRole("button", { name: /^Mute/ }).first().click();
    await page.getByRole("dialog").waitFor();
    deepEqual(await axe(), []);
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ media: "print" });
    equal(await card(page, "Jobs").getByRole("button", { name: /^Mute/ }).count(), 0, "buttons are printed");
    deepEqual([strange, errors], [[], []]);
  },
);

/** As many closed incidents as fill the first page of the list and more, the oldest first; gives their ids. */
async function plantIncidents(count: number): Promise<number[]> {
  const { sql } = product();
  const rows = await sql`
    insert into analytics.incidents
      (epoch, kind, subject, severity, job_name, occurrence_count, evidence, first_seen_at, last_seen_at, opened_at,
        closed_at, resolution)
    select 1, 'undeclared', ${PLANTED} || n, 'warning', ${PLANTED} || n, 1, '{}', now(), now(), now(), now(), 'recovered'
    from generate_series(1, ${count}) as n
    returning incident_id::integer`;
  return rows.map((row) => Number(row["incident_id"])).sort((left, right) => left - right);
}

const PLANTED = "planted-";

walk(
  "any incident is reached by its address and by its job, also one beyond the first page of the list",
  async ({ page, errors }) => {
    const { sql } = product();
    try {
      const [oldest = 0] = await plantIncidents(60);
      const incidents = card(page, "Incidents");
      await open(page, `?incident=${oldest}`);
      await incidents.getByText(`Incident ${oldest} is not among those that are listed.`).waitFor();
      match(await incidents.locator(".known").innerText(), /Over\s/);
      equal(await incidents.getByRole("button", { name: /^warning/ }).getAttribute("aria-expanded"), "true");

      await incidents.locator("input[name=job]").fill(`${PLANTED}1`);
      await incidents.locator("select").selectOption("all");
      await incidents.getByRole("button", { name: "Find", exact: true }).click();
      await incidents.getByText("is not among those").waitFor({ state: "hidden" });
      await incidents.locator(".incident").first().waitFor();
      equal(new URL(page.url()).searchParams.get("job"), `${PLANTED}1`);
      equal(await incidents.locator(".incident").count(), 1);
      await incidents.locator("input[name=kind]").fill("failed");
      await incidents.getByRole("button", { name: "Find", exact: true }).click();
      await incidents.getByText(`Incident ${oldest} is not among those that are listed.`).waitFor();

      await page.goto(`${product().stack.origin}/ops?incident=999999999`);
      await incidents.getByText("There is no incident 999999999, or no more").waitFor();
      deepEqual(errors, []);
    } finally {
      await sql`delete from analytics.incidents where subject like ${`${PLANTED}%`}`;
    }
  },
);

walk("a dialog stays open when its row leaves the list, and its card has the focus afterwards", async ({ page }) => {
  const { sql } = product();
  const [job] = await sql`select d.job_name as name from analytics.scheduled_jobs as d order by 1 limit 1`;
  const name = String(job?.["name"]);
  await sql`update analytics.scheduled_jobs set muted_until = now() + interval '1 hour' where job_name = ${name}`;
  try {
    await open(page, "?jobs=muted");
    await row(page, "Jobs", name).getByRole("button", { name: /^Unmute/ }).click();
    const dialog = page.getByRole("dialog", { name: `Unmute ${name}` });
    await dialog.locator("textarea").fill("is over");
    await sql`update analytics.scheduled_jobs set muted_until = null where job_name = ${name}`;
    await page.evaluate("dispatchEvent(new Event('online'))");
    await card(page, "Jobs").getByText("No job is muted.").waitFor();
    equal(await page.evaluate("document.querySelector('dialog textarea').value"), "is over");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    match(String(await page.evaluate("document.activeElement.querySelector('h2')?.textContent")), /^Jobs/);
  } finally {
    await sql`update analytics.scheduled_jobs set muted_until = null where job_name = ${name}`;
  }
});

walk("the header is one line from 1280 pixels on, two below, and no wider than the page", async ({ page }) => {
  await open(page);
  for (const [width, most] of [[3840, 72], [1920, 60], [1280, 60], [1024, 100], [768, 100], [360, 100]] as const) {
    await page.setViewportSize({ width, height: 800 });
    const height = Number(await page.evaluate("document.querySelector('header.bar').offsetHeight"));
    ok(height <= most, `${height} pixels high at ${width}`);
    equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `at ${width} pixels`);
    const cut = "(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector('header nav'))";
    if (width >= 768) equal(await page.evaluate(cut), false, `pages are cut at ${width}`);
  }
});
