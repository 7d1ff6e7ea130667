import { equal } from "node:assert/strict";
import { type Locator, openBrowser, type Page, type Visit } from "./browser.ts";
import { asUser, type Product, startProduct } from "./product.ts";
import { workRefreshQueue } from "./refresh_queue.ts";

// One product with the sample, and one browser, for all walks that a test file imports: the file sets them up.

let running: { readonly product: Product; readonly browser: Awaited<ReturnType<typeof openBrowser>> } | null = null;

export async function setStage(): Promise<void> {
  const product = await startProduct({ samples: true, pages: true, uses: ["export"] });
  running = { product, browser: await openBrowser() };
}

export async function clearStage(): Promise<void> {
  await running?.browser.close();
  await running?.product.stop();
}

export function product(): Product {
  if (running === null) throw new Error("a walk runs before its stage is set");
  return running.product;
}

/** A walk in a tab of its own. */
export function walk(name: string, body: (visit: Visit) => Promise<void>): void {
  Deno.test({
    name,
    fn: async () => await running?.browser.visit(product().stack.origin, body),
    // The browser's driver keeps its pipe open between the tests.
    sanitizeOps: false,
    sanitizeResources: false,
  });
}

/** Does what the job of the queue does within a minute. */
export async function refreshRequested(): Promise<void> {
  await workRefreshQueue(product().sql, product().stack.databaseUrl);
}

/** The answer of the API to a demo person. */
export async function rowsFor(path: string, person: string): Promise<Record<string, unknown>[]> {
  const { stack, get } = product();
  const response = await get(path, asUser(stack, stack.tokens[person] ?? ""));
  equal(response.status, 200, path);
  return (await response.json()).data;
}

/** As the pages write a figure for a reader in Britain. */
export const written = (value: unknown) =>
  new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 }).format(Number(value));

/** One click at the sign-in. */
export async function enter(page: Page, title: string): Promise<void> {
  await page.goto(product().stack.origin);
  await page.getByRole("button", { name: title, exact: true }).click();
  await page.locator("header.bar").waitFor();
}

export function card(page: Page, title: string): Locator {
  return page.getByRole("region", { name: title, exact: true });
}

/** What a card says of a figure. */
export async function figure(page: Page, title: string, name: string): Promise<string> {
  const texts = await card(page, title).locator(".stat").allInnerTexts();
  return texts.map((text) => text.split("\n")).find(([first]) => first === name)?.[1] ?? `no ${name}`;
}

/** The cells of a table's rows, heads included. */
export async function cellsOf(table: Locator): Promise<string[][]> {
  await table.locator("tbody tr").first().waitFor();
  return (await table.locator("tbody tr").allInnerTexts()).map((text) => text.split("\t").map((cell) => cell.trim()));
}

/** The cells of a chart's numbers, which are made when they are opened. */
export async function numbersOf(chart: Locator): Promise<string[][]> {
  await chart.locator("summary").click();
  return await cellsOf(chart);
}

/** The first cells of a table's rows, once it has some. */
export async function rowHeads(table: Locator): Promise<string[]> {
  await table.locator("tbody tr").first().waitFor();
  return await table.locator("tbody th").allInnerTexts();
}
