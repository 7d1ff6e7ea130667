import type { Page } from "../../../../../tests/support/rigs/browser.ts";
import { enter, product, rowsFor } from "../../../../../tests/support/rigs/pages_stage.ts";

export {
  card,
  cellsOf,
  enter,
  figure,
  product,
  rowHeads,
  walk,
  written,
} from "../../../../../tests/support/rigs/pages_stage.ts";

export const PAGES = ["overview", "topics", "sessions"] as const;

/** The made-up learner of packs/study/demo.ts. */
export const LEARNER = "demo-learner";

export async function rowsOf(path: string, as = "learner"): Promise<Record<string, unknown>[]> {
  return await rowsFor(path, as);
}

/** Signs in with one click, and opens a page with its filters. */
export async function open(page: Page, address: string, title = "Learner"): Promise<void> {
  await enter(page, title);
  await page.goto(`${product().stack.origin}/study/${address}`);
  await page.locator(".card .source").first().waitFor();
}

/** A share as the pages write it for a reader in Britain. */
export const percent = (share: unknown) => new Intl.NumberFormat("en-GB", { style: "percent" }).format(Number(share));
