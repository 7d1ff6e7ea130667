import { freePort } from "../free_port.ts";
import { inWords, type KeptPort } from "../kept_ports.ts";
import type { Part } from "../part.ts";
import { answerOf, type Fault, isFault } from "./faults.ts";
import { type Answer, Idempotency, refusal } from "./idempotency.ts";
import { type KeptMail, takeLetters } from "./letters.ts";
import { mailboxPage } from "./page.ts";
import { type EventChanges, EVENTS, newWebhookSecret, sendEvent } from "./webhook.ts";

/** A stand-in of Resend: it takes mails by Resend's API, shows them on a page, and sends messages about them. */
export interface MailboxPart extends Part {
  readonly url: string;
  /** What a program that sends by Resend reads from its environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly mails: readonly KeptMail[];
  /** The next `times` requests are answered so. */
  fail(fault: Fault, times?: number): void;
  /** Sends a message about a mail to the webhook. Returns the status of the answer. */
  report(mail_id: string, type: string, changes?: EventChanges): Promise<number>;
}

export interface MailboxOptions {
  /** A free one by default. */
  readonly port?: KeptPort;
  /** Left out: messages about mails are not sent. */
  readonly webhookUrl?: string;
  /** Requests that are taken in a second. */
  readonly rate?: number;
}

const RESEND_RATE = 5;

/** Everything is in memory: it is gone when the stack stops. */
export function startMailbox(options: MailboxOptions = {}): MailboxPart {
  const kept = options.port ?? { port: freePort(), lost: null };
  const rate = options.rate ?? RESEND_RATE;
  const api_key = `re_local_${crypto.randomUUID().replaceAll("-", "")}`;
  const secret = newWebhookSecret();
  const mails: KeptMail[] = [];
  const faults: Fault[] = [];
  const idempotency = new Idempotency();
  let window = { second: 0, count: 0 };

  const server = Deno.serve({ hostname: "127.0.0.1", port: kept.port, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const [, mail_id] = /^\/mails\/([\w-]+)\/events$/.exec(pathname) ?? [];
    if (request.method === "GET" && pathname === "/mails") return Response.json(mails);
    if (request.method === "GET" && pathname === "/") return html(mailboxPage(mails, faults));
    if (request.method !== "POST") return asResponse(refusal(405, "method_not_allowed", "Use POST."));
    if (pathname === "/emails" || pathname === "/emails/batch") return await take(request, pathname.endsWith("/batch"));
    if (pathname === "/faults") return await askedFault(request);
    if (mail_id !== undefined) return await askedEvent(request, mail_id);
    return asResponse(refusal(404, "not_found", "The requested endpoint does not exist."));
  });

  async function take(request: Request, is_batch: boolean): Promise<Response> {
    const body = await request.text();
    const headers = counted();
    if (Number(headers["ratelimit-remaining"]) < 0) return asResponse(answerOf("rate_limit"), limited(headers));
    const authorization = request.headers.get("authorization");
    if (authorization === null) return asResponse(refusal(401, "missing_api_key", "Missing API Key"), headers);
    if (authorization !== `Bearer ${api_key}`) return asResponse(answerOf("wrong_key"), headers);
    const fault = faults.shift();
    const instead = fault === undefined ? null : answerOf(fault);
    if (instead !== null) return asResponse(instead, fault === "rate_limit" ? limited(headers) : headers);
    const key = request.headers.get("idempotency-key");
    const answer = idempotency.answer(key, body, () => takeLetters(body, is_batch, (mail) => mails.push(mail)));
    return fault === "lost_answer" ? broken() : asResponse(answer, headers);
  }

  function counted(): Record<string, string> {
    const second = Math.floor(Date.now() / 1000);
    window = { second, count: window.second === second ? window.count + 1 : 1 };
    return {
      "ratelimit-limit": String(rate),
      "ratelimit-remaining": String(rate - window.count),
      "ratelimit-reset": "1",
    };
  }

  async function askedFault(request: Request): Promise<Response> {
    const fault = (await request.formData()).get("fault");
    if (!isFault(fault)) return asResponse(refusal(422, "validation_error", "Unknown fault."));
    faults.push(fault);
    return Response.redirect(new URL("/", request.url), 303);
  }

  async function askedEvent(request: Request, mail_id: string): Promise<Response> {
    const type = String((await request.formData()).get("type"));
    if (!EVENTS.some((event) => event === type)) return asResponse(refusal(422, "validation_error", "Unknown type."));
    const status = await report(mail_id, type);
    return new Response(`The webhook answered ${status}.\n`, { status: status < 300 ? 200 : 502 });
  }

  async function report(mail_id: string, type: string, changes: EventChanges = {}): Promise<number> {
    const mail = mails.find(({ id }) => id === mail_id);
    if (mail === undefined || options.webhookUrl === undefined) return 404;
    return await sendEvent({ url: options.webhookUrl, secret }, type, mail, changes);
  }

  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    name: "mailbox",
    kind: "stand-in",
    detail: `of Resend: mails are shown, and faults chosen, at http://${inWords(kept)}`,
    url,
    variables: {
      RESEND_URL: url,
      RESEND_API_KEY: api_key,
      RESEND_FROM: "Local digest <digest@example.com>",
      RESEND_WEBHOOK_SECRET: secret,
    },
    mails,
    fail: (fault, times = 1) => void faults.push(...Array<Fault>(times).fill(fault)),
    report,
    stop: () => server.shutdown(),
  };
}

function asResponse(answer: Answer | null, headers: Record<string, string> = {}): Response {
  return answer === null ? broken() : Response.json(answer.body, { status: answer.status, headers });
}

function limited(headers: Record<string, string>): Record<string, string> {
  return { ...headers, "ratelimit-remaining": "0", "retry-after": "1" };
}

/** The connection ends within the answer, as when a proxy dies. */
function broken(): Response {
  const lost = Object.assign(new Error("lost"), {
    stack: "The mailbox broke a connection within its answer, as it was told",
  });
  return new Response(new ReadableStream({ start: (stream) => stream.error(lost) }));
}

function html(text: string): Response {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";
  return new Response(text, {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
  });
}
