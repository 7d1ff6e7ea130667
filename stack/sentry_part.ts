import type { Part } from "./part.ts";
import { keptPort } from "./kept_ports.ts";
import { type SpotlightOptions, startSpotlight } from "./sentry/mod.ts";

/** Where the functions send their events. */
export interface SentryPart extends Part {
  readonly dsn: string;
  /** For the person at the terminal: where the events appear. */
  readonly where: string;
}

/** The Sentry project of the DSN; without one, Spotlight: Sentry's own viewer for a developer's machine. */
export async function startSentry(
  dsn: string | undefined,
  { workFolder, ...spotlightOptions }: SpotlightOptions & { workFolder: string },
): Promise<SentryPart> {
  if (dsn === undefined) {
    const port = await keptPort(workFolder, "spotlight");
    const spotlight = await startSpotlight({ ...spotlightOptions, port, logFolder: `${workFolder}/sentry` });
    return { ...spotlight, where: spotlight.url, stop: () => spotlight.stop() };
  }
  const { host, pathname } = new URL(dsn); // the key in it is not for the terminal
  return {
    name: "sentry",
    kind: "real",
    detail: `SENTRY_DSN: ${host}, project ${pathname.slice(1)}`,
    dsn,
    where: `project ${pathname.slice(1)} at ${host}`,
    stop: () => Promise.resolve(),
  };
}
