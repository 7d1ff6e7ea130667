import { z } from "zod";

// Imported by name at run time only: every command downloads what the lock file lists.
const PLAYWRIGHT = "npm:playwright-core@1.65.1";
const AXE = "npm:axe-core@4.14.1";

/** The parts of playwright-core that the tests use. */
export interface Locator {
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  focus(): Promise<void>;
  press(key: string): Promise<void>;
  selectOption(value: string): Promise<unknown>;
  count(): Promise<number>;
  innerText(): Promise<string>;
  allInnerTexts(): Promise<string[]>;
  getAttribute(name: string): Promise<string | null>;
  waitFor(options?: { state?: "visible" | "hidden"; timeout?: number }): Promise<void>;
  first(): Locator;
  locator(selector: string): Locator;
  getByRole(role: string, options?: { name?: string | RegExp; exact?: boolean }): Locator;
  getByText(text: string | RegExp): Locator;
}

export interface Route {
  abort(): Promise<void>;
  continue(changed?: { headers: Record<string, string> }): Promise<void>;
  request(): { headers(): Record<string, string>; method(): string; url(): string };
  /** Sends the request, and gives the answer in place of the tab. */
  fetch(): Promise<RoutedAnswer>;
  /** Answers in place of the API: with an answer that was fetched, some of it changed, or with one of the walk's own. */
  fulfill(
    answer:
      | { response: RoutedAnswer; status?: number; headers?: Record<string, string>; body?: string }
      | { status: number; contentType: string; body: string },
  ): Promise<void>;
}

export interface RoutedAnswer {
  status(): number;
  headers(): Record<string, string>;
  text(): Promise<string>;
}

export interface Page {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  url(): string;
  evaluate(expression: string): Promise<unknown>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  emulateMedia(media: { colorScheme?: "light" | "dark"; media?: "print" | "screen" }): Promise<void>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  on(event: "request", listener: (request: { url(): string }) => void): void;
  on(event: "pageerror", listener: (error: Error) => void): void;
  on(event: "console", listener: (message: { type(): string; text(): string }) => void): void;
  route(address: RegExp, handle: (route: Route) => Promise<void>): Promise<void>;
  unroute(address: RegExp): Promise<void>;
  locator(selector: string): Locator;
  getByRole(role: string, options?: { name?: string | RegExp; exact?: boolean }): Locator;
  getByText(text: string | RegExp): Locator;
  getByLabel(text: string | RegExp): Locator;
  readonly keyboard: { press(key: string): Promise<void> };
}

interface Context {
  newPage(): Promise<Page>;
  setOffline(is_offline: boolean): Promise<void>;
  newCDPSession(page: Page): Promise<{ send(method: string, params: object): Promise<unknown> }>;
  close(): Promise<void>;
}

interface Browser {
  newContext(options: object): Promise<Context>;
  close(): Promise<void>;
}

const driver = z.object({
  chromium: z.custom<{ launch(options: object): Promise<Browser> }>((value) => value !== null),
});
const axeModule = z.object({ default: z.object({ source: z.string() }) });

/** A browser tab of its own person, in which nothing may go wrong unseen. */
export interface Visit {
  readonly page: Page;
  /** What the page asked for at other origins. */
  readonly strange: readonly string[];
  /** Exceptions, and what is written to the console as an error. */
  readonly errors: readonly Error[];
  setOffline(is_offline: boolean): Promise<void>;
  /** Makes the tab's processor so many times slower. */
  slowDown(times: number): Promise<void>;
  /** The rules that axe finds broken, with the elements. */
  axe(): Promise<string[]>;
}

/** Debian's Chromium; each visit has cookies and storage of its own. */
export async function openBrowser(): Promise<
  { visit<T>(origin: string, body: (visit: Visit) => Promise<T>): Promise<T>; close(): Promise<void> }
> {
  const { chromium } = driver.parse(await import(PLAYWRIGHT));
  const { source } = axeModule.parse(await import(AXE)).default;
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  return {
    close: () => browser.close(),
    async visit(origin, body) {
      const context = await browser.newContext({
        locale: "en-GB",
        timezoneId: "America/New_York",
        reducedMotion: "reduce",
      });
      try {
        const page = await context.newPage();
        const strange: string[] = [];
        const errors: Error[] = [];
        page.on("request", (request) => {
          if (!/^(?:blob|data):/.test(request.url()) && !request.url().startsWith(`${origin}/`)) {
            strange.push(request.url());
          }
        });
        page.on("pageerror", (error) => errors.push(error));
        page.on("console", (message) => {
          // Chromium notes every answer that is an error, which many walks are about.
          if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
            errors.push(new Error(message.text()));
          }
        });
        return await body({
          page,
          strange,
          errors,
          setOffline: (is_offline) => context.setOffline(is_offline),
          async slowDown(times) {
            const session = await context.newCDPSession(page);
            await session.send("Emulation.setCPUThrottlingRate", { rate: times });
          },
          axe: () => brokenRules(page, source),
        });
      } finally {
        await context.close();
      }
    },
  };
}

const findings = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

async function brokenRules(page: Page, source: string): Promise<string[]> {
  await page.evaluate(source);
  const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations)");
  return findings.parse(found).map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`
  );
}
