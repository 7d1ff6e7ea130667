import { FAULTS } from "./faults.ts";
import type { KeptMail } from "./letters.ts";
import { EVENTS } from "./webhook.ts";

/** The mails, newest first. Each is shown in a frame without scripts, forms or the page's origin. */
export function mailboxPage(mails: readonly KeptMail[], due_faults: readonly string[]): string {
  const faults = FAULTS.map((fault) => button("/faults", "fault", fault)).join(" ");
  return '<!doctype html><html lang="en"><meta charset="utf-8"><title>Mailbox</title>' +
    "<style>body{font:15px system-ui;max-width:48rem;margin:2rem auto;color-scheme:light dark}" +
    "iframe{width:100%;height:36rem;border:1px solid #8888}form{display:inline}pre{white-space:pre-wrap}</style>" +
    "<h1>Mailbox</h1><p>Stands in for Resend on this machine. Mails are gone when the stack stops.</p>" +
    `<p>Answer the next request with: ${faults} ${due_faults.length > 0 ? `(due: ${due_faults.join(", ")})` : ""}</p>` +
    (mails.length === 0 ? "<p>No mail yet.</p>" : mails.toReversed().map(shown).join("")) + "</html>";
}

function shown({ id, to, from, subject, html, text, headers, sent_at }: KeptMail): string {
  const events = EVENTS.map((type) => button(`/mails/${id}/events`, "type", type)).join(" ");
  const listed = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  return `<h2>${escaped(subject)}</h2><p>${escaped(from)} to ${
    escaped(to.join(", "))
  }, ${sent_at}</p><p>${events}</p>` +
    `<details><summary>Headers and text</summary><pre>${escaped(`${listed}\n\n${text ?? ""}`)}</pre></details>` +
    (html === undefined ? "" : `<iframe sandbox srcdoc="${escaped(html)}"></iframe>`);
}

function button(action: string, name: string, value: string): string {
  return `<form method="post" action="${action}"><button name="${name}" value="${value}">${value}</button></form>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
