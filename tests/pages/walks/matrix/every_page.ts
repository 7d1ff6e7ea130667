// Every page, for the people to whom it is offered and for one to whom it is not, in every state, light and dark.
import { deepEqual } from "node:assert/strict";
import { projectFolder, spread } from "../../../../tools/pack_folders.ts";
import type { Visit } from "../../../support/rigs/browser.ts";
import { product, walk } from "../../../support/rigs/pages_stage.ts";
import { type Cell, CELLS, PAGES, THEMES, titleOf } from "./cells.ts";
import { lookAt, saysRefusal, type SeenCard, stateOf, STATES, Treated } from "./states.ts";

/** Filters of app/'s own pages with which most is shown. */
const OWN_FILTERS: Readonly<Record<string, string>> = { ops: "incidents=all&outbox=all" };

walk("the sign-in has no fault that axe knows, light and dark", async ({ page, axe }) => {
  await page.goto(product().stack.origin);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    deepEqual(await axe(), [], colorScheme);
  }
});

/** A walk for each page, through those of the cells that are its own. */
export function walkEveryPage(cells: readonly Cell[]): void {
  for (const { path } of PAGES) {
    const own = cells.filter(({ page }) => page === path);
    walk(
      `the page ${path} says what it shows, passes axe and fits a telephone, in ${own.length} cells of the matrix`,
      async (visit) => {
        const treated = new Treated();
        const faults: string[] = [];
        let with_rows: readonly SeenCard[] = [];
        await treated.begin(visit);
        const address = `${product().stack.origin}/${path}?${await filtersOf(path)}`;
        for (const [person, of_person] of Map.groupBy(own, ({ person }) => person)) {
          await signIn(visit, person);
          for (const first of Object.keys(STATES) as Cell["state"][]) {
            const states = followers(first).filter((state) => of_person.some((cell) => cell.state === state));
            const last = states.at(-1);
            if (stateOf(first).after !== undefined || last === undefined) continue;
            await visit.setOffline(false);
            for (const state of followers(first).slice(0, followers(first).indexOf(last) + 1)) {
              await bring(visit, treated, state, address);
              const wanted = of_person.filter((cell) => cell.state === state);
              faults.push(...await faultsOf(visit, treated, state, wanted));
              if (state === "rows") with_rows = await lookAt(visit);
              if (state.endsWith("last_known")) {
                deepEqual(piecesOf(await lookAt(visit)), piecesOf(with_rows), `${person}, ${state}: not the same rows`);
              }
            }
          }
        }
        deepEqual(faults, []);
        deepEqual([visit.strange, visit.errors], [[], []]);
        await treated.leave(visit);
      },
    );
  }
}

/** A state that begins with the loading of the page, and those that follow from it. */
function followers(first: Cell["state"]): Cell["state"][] {
  const next = (Object.keys(STATES) as Cell["state"][]).find((state) => stateOf(state).after === first);
  return next === undefined ? [first] : [first, ...followers(next)];
}

async function filtersOf(path: string): Promise<string> {
  const [pack, name = ""] = path.split("/");
  const [file] = (await spread(["packs/*/tests/pages/filters.ts"])).filter((one) => one.startsWith(`packs/${pack}/`));
  if (file === undefined) return OWN_FILTERS[path] ?? "";
  const module: { filters(sql: unknown): Promise<Record<string, string>> } = await import(
    `file://${projectFolder}${file}`
  );
  return (await module.filters(product().sql))[name] ?? "";
}

const piecesOf = (cards: readonly SeenCard[]) => cards.map(({ title, piece_count }) => [title, piece_count]);

/** As one click at the sign-in leaves it. */
async function signIn({ page, setOffline }: Visit, person: string): Promise<void> {
  const { origin, tokens } = product().stack;
  await setOffline(false);
  await page.goto(`${origin}/icon.svg`);
  const session = JSON.stringify({ kind: "demo", title: titleOf(person), token: tokens[person] });
  await page.evaluate(`sessionStorage.setItem("freshet.session", ${JSON.stringify(session)})`);
}

async function bring(visit: Visit, treated: Treated, name: Cell["state"], address: string): Promise<void> {
  const { treatment, after, is_offline = false } = stateOf(name);
  const { page } = visit;
  if (is_offline) {
    await visit.setOffline(true);
    // A page that is not for the person has no card.
    if (await page.locator(".card").count() > 0) await page.getByText(/This device is offline/).first().waitFor();
    return;
  }
  if (after === undefined) await treated.leave(visit);
  await treated.become(treatment);
  if (after === undefined) await page.goto(address);
  else await page.evaluate("dispatchEvent(new Event('online'))");
  await page.locator("main h1").first().waitFor();
  if (name === "loading") await page.locator(".settled").first().waitFor();
  else await settle(visit, treated);
}

/** Until every card has its answer, and cards that came with the answers have theirs. */
async function settle({ page }: Visit, treated: Treated): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (let quiet = 0; quiet < 3;) {
    if (Date.now() > deadline) throw new Error("the page does not settle");
    const is_still = await page.evaluate(`new Promise((resolve) => setTimeout(() => resolve(
      document.querySelector(".settled") !== null && document.querySelector("[aria-busy=true]") === null), 60))`);
    quiet = is_still === true && treated.isQuiet() ? quiet + 1 : 0;
  }
}

/** What is wrong with a page that is in a state. */
async function faultsOf(
  visit: Visit,
  treated: Treated,
  state: Cell["state"],
  wanted: readonly Cell[],
): Promise<string[]> {
  const [cell] = wanted;
  if (cell === undefined) return [];
  const { page } = visit;
  const cards = await lookAt(visit);
  const faults = cards.flatMap((card) => faultsOfCard(treated, state, card));
  if (cards.length === 0 && await page.locator("main [role=alert]").count() === 0) faults.push("it says nothing");
  // The least that keeps this walk from looking at pages without rows.
  if (state === "rows" && cell.is_offered === "offered" && cards.every(({ words }) => words.some(isInPlaceOfRows))) {
    if (isForRows(cell)) faults.push("no card has rows");
  }
  if (
    state === "too_few" && isForRows(cell) && !cards.some(({ words }) => words.some(({ kind }) => kind === "too_few"))
  ) {
    faults.push("no card says that the rows are too few");
  }
  for (const theme of THEMES.filter((theme) => wanted.some((cell) => cell.theme === theme))) {
    await page.emulateMedia({ colorScheme: theme });
    faults.push(...(await visit.axe()).map((fault) => `${theme}: ${fault}`));
  }
  await page.setViewportSize({ width: 360, height: 800 });
  if (await page.evaluate("document.documentElement.scrollWidth > innerWidth") === true) {
    faults.push("it scrolls sideways at 360 pixels");
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  return faults.map((fault) => `${cell.person}, ${state}: ${fault}`);
}

function faultsOfCard(treated: Treated, state: Cell["state"], card: SeenCard): string[] {
  const delivered = treated.delivered.get(card.name);
  if (delivered === undefined) return [`the card "${card.title}" has asked nothing`];
  try {
    if (treated.refused.has(card.name)) saysRefusal(card);
    else stateOf(state).check(card, delivered);
    return [];
  } catch (error) {
    return [`the card "${card.title}" (${card.name}): ${error}`];
  }
}

const isInPlaceOfRows = ({ kind }: SeenCard["words"][number]) =>
  /^(?:empty|too_few|refused|outage|offline)$/.test(kind);

/** The first person to whom a page is offered is the one whose demo has rows for it. */
function isForRows({ page, person }: Cell): boolean {
  return CELLS.find((cell) => cell.page === page && cell.is_offered === "offered")?.person === person;
}
