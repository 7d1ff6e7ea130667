/** Where the server is. */
export interface ServerAddress {
  readonly superuserUrl: string;
  /** Of a server of ours: takes any role without a password. */
  readonly socket?: string;
}
