/** What a webhook's sender sends: the text exactly as it came, and the three headers that sign it. */
export interface SignedMessage {
  /** The same in each attempt to deliver the message. */
  readonly id: string;
  /** Seconds since the epoch, as text: of this attempt. */
  readonly timestamp: string;
  /** One signature or more, separated by spaces. */
  readonly signature: string;
  readonly body: string;
}

/** Whether a message was signed with one of the secrets, at most five minutes from now. */
export type MessageVerifier = (message: SignedMessage) => boolean;

/** A message whose signature is valid. */
export interface VerifiedMessage {
  /** The caller of the handler refuses a replay by it: a replayed message has a new and valid signature. */
  readonly id: string;
  /** The parsed body, whose shape is not known. */
  readonly content: unknown;
}
