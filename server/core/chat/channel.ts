import type { Address } from "#shared/address.ts";
export type ChannelInput =
  | { type: "say"; session: Address<"session">; player: Address<"player">; name: string; text: string; re: number }
  | { type: "forget"; session: Address<"session"> };
