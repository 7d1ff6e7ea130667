import type { IssueTracker } from "../../audit/issues.ts";
import { createSentryIssues } from "./issues.ts";

export interface SentryProject {
  readonly dsn: string;
  readonly token: string;
  /** null: the one in the DSN, which only Sentry's own hosts have. */
  readonly organization: string | null;
  /** null: the API beside the host of the DSN. */
  readonly url: string | null;
}

/** The hosts of sentry.io contain organisation and region: o<number>.ingest.<region>.sentry.io. */
const HOSTED = /^o(?<organization>\d+)\.ingest\.(?:(?<region>[a-z]+)\.)?sentry\.io$/;

/** The issues of the project that the DSN names. A missing or unreadable setting is reported with each recovery that waits for it. */
export function connectIssues({ dsn, token, organization, url }: SentryProject): IssueTracker {
  if (!URL.canParse(dsn)) return refusing("SENTRY_DSN is no DSN, so its issues cannot be closed");
  const { hostname, origin, pathname } = new URL(dsn);
  const hosted = HOSTED.exec(hostname)?.groups;
  const owner = organization ?? hosted?.["organization"];
  if (owner === undefined) {
    return refusing(
      "SENTRY_ORG is not set, and SENTRY_DSN does not tell the organisation: set it to the organisation's slug",
    );
  }
  const api = url ??
    (hosted === undefined ? origin : `https://${[hosted["region"], "sentry.io"].filter(Boolean).join(".")}`);
  if (!URL.canParse(api) || !/^https?:$/.test(new URL(api).protocol)) {
    return refusing("SENTRY_URL is no http or https URL: set it to the origin of Sentry's API, or leave it out");
  }
  const project = pathname.slice(pathname.lastIndexOf("/") + 1);
  return createSentryIssues({ url: api, organization: owner, project, token });
}

function refusing(error: string): IssueTracker {
  return { close: () => Promise.resolve({ kind: "stop", seconds: 900, error }) };
}
