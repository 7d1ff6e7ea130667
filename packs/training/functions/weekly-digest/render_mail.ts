import { digestContent } from "./content.ts";
import type { Delivery, Mail } from "./delivery.ts";
import { htmlBody } from "./html_body.ts";
import type { DigestSettings } from "./settings.ts";
import { textBody } from "./text_body.ts";

/** The address that unsubscribes the receiver of this mail: by POST, or by a button behind a GET. */
export function unsubscribeHref({ unsubscribe_token }: Delivery, { unsubscribe_url }: DigestSettings): string {
  return `${unsubscribe_url}?token=${unsubscribe_token}`;
}

/** @throws ZodError where the row's figures have another shape */
export function renderMail(delivery: Delivery, settings: DigestSettings): Mail {
  const { pages_url } = settings;
  const links = { pages_url, unsubscribe_href: unsubscribeHref(delivery, settings) };
  const content = digestContent(delivery.figures, delivery.week_on, links);
  return { subject: content.subject, html: htmlBody(content), plain_text: textBody(content) };
}
