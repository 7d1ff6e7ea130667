import { AppError } from "../../kernel/app_error.ts";
import type { MessageVerifier, SignedMessage, VerifiedMessage } from "../../ops/webhooks.ts";
import { loggedAnswer } from "../response/logged_answer.ts";
import { readLimited } from "../request/read_limited.ts";

export interface WebhookOptions {
  /** The deployed name of the function, for the log. */
  readonly name: string;
  /** Called for each request. @throws AppError INTERNAL while the secret is missing or invalid */
  readonly verifier: () => MessageVerifier;
  /** Takes one JSON text for each request. */
  readonly log: (line: string) => void;
}

/** Clerk's and Resend's messages have a few KB. */
const MOST_BYTES = 262_144;

/**
 * A function that takes webhooks signed by Svix or by the Standard Webhooks scheme: POST only, the length checked before
 * anything is hashed, then the signature of the raw text, then JSON. Each outcome of `take` is a 200, so that the sender
 * does not repeat a message of an unknown type; an error is a problem, and the sender repeats the message.
 *
 * @param take what to do with a verified message; what it returns is the answer and is written to the log
 */
export function serveWebhook(
  { name, verifier, log }: WebhookOptions,
  take: (message: VerifiedMessage) => Promise<Readonly<Record<string, string>>>,
): (request: Request) => Promise<Response> {
  return (request) =>
    loggedAnswer({ name, log }, async () => {
      const line = await take(await verified(request, verifier));
      return { response: Response.json(line), line };
    });
}

async function verified(request: Request, verifier: () => MessageVerifier): Promise<VerifiedMessage> {
  if (request.method !== "POST") {
    throw new AppError("METHOD_NOT_ALLOWED", { detail: "A webhook is sent with POST", allow: ["POST"] });
  }
  const isGenuine = verifier();
  const message = await signedMessage(request);
  if (message === null || !isGenuine(message)) {
    throw new AppError("BAD_REQUEST", {
      detail: "The message is not signed with this deployment's secret, or not within five minutes from now",
    });
  }
  try {
    return { id: message.id, content: JSON.parse(message.body) };
  } catch {
    throw new AppError("BAD_REQUEST", { detail: "The body is signed, but it is not JSON" });
  }
}

/** Svix and Resend have some 30 characters. A longer id, or another text, could not be stored to tell a replay by it. */
const MESSAGE_ID = /^[!-~]{1,200}$/;

/** Null if a header is missing, or the id is none: nothing is hashed then. */
async function signedMessage(request: Request): Promise<SignedMessage | null> {
  const body = await readLimited(request, MOST_BYTES);
  const header = (name: string) => request.headers.get(`svix-${name}`) ?? request.headers.get(`webhook-${name}`);
  const [id, timestamp, signature] = [header("id"), header("timestamp"), header("signature")];
  return id && MESSAGE_ID.test(id) && timestamp && signature ? { id, timestamp, signature, body } : null;
}
