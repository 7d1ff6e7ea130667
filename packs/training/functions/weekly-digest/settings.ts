import type { GetVariable } from "../../../../shared/adapters/runtime/environment.ts";

export interface DigestSettings {
  readonly api_key: string;
  /** Without a slash at its end. */
  readonly api_url: string;
  readonly from: string;
  /** Null: the mails have no links to pages. */
  readonly pages_url: string | null;
  /** Where a mail program sends its POST; the mail's token is appended. */
  readonly unsubscribe_url: string;
}

const RESEND = "https://api.resend.com";

/** The settings, or the names of the variables that are missing or no address. Values are not repeated. */
export function digestSettings(get: GetVariable): DigestSettings | { readonly missing: readonly string[] } {
  const read = (name: string) => get(name)?.trim() || null;
  const [api_key, from, project] = [read("RESEND_API_KEY"), read("RESEND_FROM"), read("SUPABASE_URL")];
  const [api_url, pages_url] = [read("RESEND_URL") ?? RESEND, read("DIGEST_PAGES_URL")];
  const needed = { RESEND_API_KEY: api_key, RESEND_FROM: from, SUPABASE_URL: project };
  const missing = [
    ...Object.entries(needed).filter(([, value]) => value === null).map(([name]) => name),
    ...(isAddress(api_url) ? [] : ["RESEND_URL"]),
    ...(pages_url === null || isAddress(pages_url) ? [] : ["DIGEST_PAGES_URL"]),
  ];
  if (api_key === null || from === null || project === null || missing.length > 0) return { missing };
  return {
    api_key,
    api_url: api_url.replace(/\/+$/, ""),
    from,
    pages_url,
    unsubscribe_url: `${project.replace(/\/+$/, "")}/functions/v1/digest-replies/unsubscribe`,
  };
}

function isAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
