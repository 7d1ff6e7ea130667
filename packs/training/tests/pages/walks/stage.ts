import type { Page } from "../../../../../tests/support/rigs/browser.ts";
import { card, enter, rowsFor } from "../../../../../tests/support/rigs/pages_stage.ts";

export {
  card,
  enter,
  figure,
  product,
  refreshRequested,
  rowHeads,
  walk,
  written,
} from "../../../../../tests/support/rigs/pages_stage.ts";

/** The answer of the API to the same person. */
export async function rowsOf(path: string, as = "trainee"): Promise<Record<string, unknown>[]> {
  return await rowsFor(path, as);
}

export async function enterAsTrainee(page: Page): Promise<void> {
  await enter(page, "Trainee");
  await page.getByRole("heading", { name: "My training" }).waitFor();
  await card(page, "In all").locator(".value").first().waitFor();
}
