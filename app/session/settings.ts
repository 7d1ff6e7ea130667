/** What the host says about the project; `settings.json` beside the pages. */
export interface Settings {
  /** The project's URL. Left out: the pages' own origin, as behind the local gateway. */
  readonly url: string;
  /** The publishable key, which is for everybody to see. */
  readonly key: string;
  /** Only of the local stack: the people whom one click signs in. */
  readonly people: readonly DemoPerson[];
  /**
   * A module of the host with `token()`, and `signIn()` and `signOut()` if it likes: Clerk or another provider in place
   * of the project's own sign-in.
   */
  readonly provider: string | null;
  /** Addresses in the application, with `{feedback_id}` and `{scenario_id}` in them. */
  readonly links: Readonly<Record<string, string>>;
}

export interface DemoPerson {
  readonly name: string;
  readonly title: string;
}

export async function loadSettings(base: string): Promise<Settings> {
  // As the document's preload asks for it, which is used for no other request.
  const response = await fetch(`${base}settings.json`);
  if (!response.ok) {
    throw new Error(`settings.json answered ${response.status}: write it beside the pages, as app/README.md shows`);
  }
  return settingsOf(await response.json(), location.origin);
}

/** @throws Error that names the setting that is missing */
export function settingsOf(written: unknown, origin: string): Settings {
  const { url, key, people, provider, links } = (written ?? {}) as Partial<Settings>;
  if (typeof key !== "string" || key === "") {
    throw new Error('settings.json has no "key": give it the publishable key of the project');
  }
  return {
    url: typeof url === "string" && url !== "" ? url : origin,
    key,
    people: people ?? [],
    provider: provider ?? null,
    links: links ?? {},
  };
}

/** Fills an address of the application; null where the host has given none, or a value is missing. */
export function linkTo(template: string | undefined, values: Readonly<Record<string, string | null>>): string | null {
  if (template === undefined) return null;
  let is_whole = true;
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? null;
    if (value === null) is_whole = false;
    return value === null ? "" : value.split("/").map(encodeURIComponent).join("/");
  });
  return is_whole && /^(?:https?:\/\/|\/(?!\/))/.test(filled) ? filled : null;
}
