import type { Page } from "../../../../../tests/support/rigs/browser.ts";
import { card, enter, product, rowsFor } from "../../../../../tests/support/rigs/pages_stage.ts";

export {
  card,
  enter,
  figure,
  numbersOf,
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

export const PASSWORD = "a long enough password";

/** A new person, who has no part in an organisation. */
export async function signUp(email: string): Promise<string> {
  const { stack: { origin, keys }, sql } = product();
  const response = await fetch(`${origin}/auth/v1/signup`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: keys.publishableKey },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  const { user } = await response.json();
  await sql`insert into public.users (id, name) values (${user.id}, ${email})`;
  return user.id;
}
