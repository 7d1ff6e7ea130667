const DSN = /^https?:\/\/\w+(?::\w+)?@[\w.-]+(?::\d+)?\/(?:.*\/)?\d+$/;

/** Whether Sentry's SDK can read the DSN; one that it cannot read it prints to the log, with the key in it. */
export function isDsn(text: string): boolean {
  return DSN.test(text) && URL.canParse(text);
}

/** An address to which a path can be added. */
function isFolder(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || /[\s\\]/.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return username === "" && password === "" && search === "" && hash === "" && !/[?#]/.test(text);
}

interface Decoration {
  readonly does: (text: string) => boolean;
  /** What the value has to be, and what applies until it is valid. */
  readonly fault: string;
}

const FOLDER = "must be an http or https URL without a user, a query or a fragment";
const BY_HAND = "Until then issues are closed by people";

/**
 * Settings that only decorate what is reported, or where it is reported: without them every answer is the same, and no secret,
 * limit or right depends on them. So an invalid one is ignored, and reported.
 */
const DECORATIONS = {
  FRESHET_RUNBOOK_URL: {
    does: isFolder,
    fault: `${FOLDER}. Until then links lead to the pages that this project serves`,
  },
  SENTRY_DSN: {
    does: isDsn,
    fault: "must be the DSN of a Sentry project, https://<key>@<host>/<number>. Until then alerts wait in the outbox",
  },
  SENTRY_ENVIRONMENT: {
    // Sentry's own rule; it drops an event that breaks it, or the event's environment.
    does: (text) => /^[^\s/\p{Cc}]{1,64}$/u.test(text) && text.toLowerCase() !== "none",
    fault: "must be at most 64 characters without white space or slashes, and not None. Until then it is production",
  },
  SENTRY_RELEASE: {
    does: (text) => /^[^\r\n\t/\\\p{Cc}]{1,200}$/u.test(text) && !/^(?:\.{1,2}|latest)$/i.test(text),
    fault:
      "must be at most 200 characters without slashes, tabs or line ends, and not latest. Until then events name no release",
  },
  SENTRY_AUTH_TOKEN: {
    does: (text) => /^[\x21-\x7e]{1,1000}$/.test(text),
    fault: `must be one token, without white space. ${BY_HAND}`,
  },
  SENTRY_ORG: {
    does: (text) => /^[a-z0-9][a-z0-9_-]{0,99}$/.test(text),
    fault: `must be the slug of the organization, as in the address of your Sentry, or its number. ${BY_HAND}`,
  },
  SENTRY_URL: { does: isFolder, fault: `${FOLDER}, the origin of Sentry's API. ${BY_HAND}` },
} as const satisfies Readonly<Record<string, Decoration>>;

type Name = keyof typeof DECORATIONS;

/** Every name that readDecorations() asks for. */
export const DECORATION_NAMES = Object.keys(DECORATIONS) as Name[];

export interface Decorations {
  readonly values: Readonly<Partial<Record<Name, string>>>;
  /** Those that are set and invalid: the name and the remedy, and no value. */
  readonly faults: ReadonlyMap<Name, string>;
}

export function readDecorations(get: (name: string) => string | undefined): Decorations {
  const values: Partial<Record<Name, string>> = {};
  const faults = new Map<Name, string>();
  for (const name of DECORATION_NAMES) {
    const text = get(name)?.trim();
    if (!text) continue;
    if (DECORATIONS[name].does(text)) values[name] = text;
    else faults.set(name, `${name} ${DECORATIONS[name].fault}`);
  }
  return { values, faults };
}

/** Where the pages of the runbook can be read: this project serves them itself, unless another place is named. */
export function runbookUrl(supabase_url: string, { values: { FRESHET_RUNBOOK_URL } }: Decorations): string {
  return FRESHET_RUNBOOK_URL?.replace(/\/+$/, "") ?? `${supabase_url}/functions/v1/analytics/runbook`;
}
