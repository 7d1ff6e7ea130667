import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

/** A POST of this JSON text, signed as the services sign whose stand-ins the stack has; now, with a new id, unless given. */
export function signedBySvix(
  { url, secret }: { readonly url: string; readonly secret: string },
  body: string,
  given: { readonly id?: string; readonly timestamp?: number } = {},
): Request {
  const id = given.id ?? `msg_${crypto.randomUUID().replaceAll("-", "")}`;
  const timestamp = String(given.timestamp ?? Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return new Request(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "svix-id": id,
      "svix-timestamp": timestamp,
      "svix-signature": `v1,${signature}`,
    },
  });
}
