// Odd answers and odd addresses.
import { deepEqual, equal } from "node:assert/strict";
import { card, enter, product, walk } from "./stage.ts";

walk("a page that an answer of another shape breaks says so in its place, and comes back", async ({ page }) => {
  await enter(page, "Organisation's admin");
  const trend = /\/analytics\/training\/attempt-trend/;
  await page.route(trend, (route) => {
    const body = JSON.stringify({ data: null, meta: { as_of: null } });
    return route.fulfill({ status: 200, contentType: "application/json", body });
  });
  await page.goto(`${product().stack.origin}/training/admin`);
  await page.getByRole("alert").getByText(/not of the shape that this page knows/).waitFor();
  equal(await page.getByRole("link", { name: "Calls" }).count(), 1);
  await page.unroute(trend);
  await page.getByRole("button", { name: "Try again" }).click();
  await card(page, "Overview").locator(".value").first().waitFor();
});

walk("a person of the address with a name of 4,000 letters widens no page", async ({ page, strange, errors }) => {
  await enter(page, "Manager");
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${product().stack.origin}/training/manager?person=${"x".repeat(4_000)}`);
    await page.locator(".settled").first().waitFor();
    await page.getByRole("heading", { name: /^Last attempts of xxx/ }).waitFor();
    equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `at ${width} pixels`);
  }
  deepEqual([strange, errors], [[], []]);
});

walk("a session that ends during an export leads to the sign-in, and back to the page", async ({ page }) => {
  await enter(page, "Organisation's admin");
  const address = `${product().stack.origin}/training/admin?days=90&to=2013-05-31`;
  await page.goto(address);
  await card(page, "Top scenarios").locator("tbody tr").first().waitFor();
  await page.route(/\/functions\/v1\/export/, (route) => {
    const body = JSON.stringify({ status: 401, code: "UNAUTHENTICATED", detail: "The token does not hold" });
    return route.fulfill({ status: 401, contentType: "application/problem+json", body });
  });
  await card(page, "Top scenarios").getByRole("button", { name: /^Export all/ }).click();
  await page.getByText(/^The session is over/).waitFor();
  equal(await page.locator(".card").count(), 0);
  await page.getByRole("button", { name: "Organisation's admin" }).click();
  await card(page, "Top scenarios").locator("tbody tr").first().waitFor();
  equal(page.url(), address);
});
