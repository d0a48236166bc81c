import type { Address } from "#shared/address.ts";

/** A ticket a client was given. */
export interface Issued {
  readonly admission: string;
  readonly launch: Address;
  readonly until: number;
}

interface Opening {
  readonly at: number;
  readonly waiting: Set<Address>;
  readonly servedMs: number[];
}

/** What the auditor remembers, to judge later deeds by. */
export class Ledger {
  /** How often each admission was placed by a door. */
  readonly placed = new Map<string, number>();
  /** Machines that ended: their ids never live again. */
  readonly ended = new Set<Address>();
  /** The launch that has said that it expects an admission. */
  readonly acked = new Map<string, Address>();
  /** By the hash of the ticket. */
  readonly issued = new Map<string, Issued>();
  /** The pack a page had when it was given a ticket, by the hash of the ticket. */
  readonly packs = new Map<string, string | undefined>();
  /** The newest save taken, by admission. */
  readonly seqs = new Map<string, number>();
  /** Launches whose process lies. */
  readonly liars = new Set<Address>();
  /** Of launches that are alive, what their process must show to be heard. */
  readonly tokenHashes = new Map<Address, string>();
  /** What is remembered of each world. */
  readonly memories = new Map<string, string>();
  /** What launches that are about to begin were told of it. */
  readonly recalled = new Map<Address, string | undefined>();
  /** What each launch wanted remembered while it was the one that takes newcomers. */
  readonly words = new Map<Address, Set<string>>();
  /** Texts that a world said which lies. */
  readonly lies = new Set<string>();
  /** Launches that took one of them over from the launch before. */
  readonly misled = new Set<Address>();
  /** The launch each took over from, until it may be entered. */
  readonly follows = new Map<Address, Address>();
  /** How many steps each must know of, since they were taken in the launch before while nobody had come to it. */
  readonly owed = new Map<Address, number>();
  /** How many steps a launch had said were taken in a world, when it ended. */
  readonly said = new Map<string, { readonly steps: number; readonly at: number }>();
  /** Where an avatar stood when its world died, by admission. */
  readonly walked = new Map<string, { readonly x: number; readonly at: number }>();
  /** And that of a session, until it is on its way back. */
  readonly stood = new Map<Address, { readonly world: string; readonly x: number }>();
  /** How often in a row a world failed, and when last. */
  readonly failed = new Map<Address, { readonly count: number; readonly at: number }>();
  /** Accounts whose players were told that they have them. */
  readonly accounts = new Set<Address>();
  /** Journeys that asked for a world before another one that was let in, which is the value. */
  readonly overtaken = new Map<Address, Address>();
  /** Of places that are open: since when, who waited for that, and how long the others of them had to wait on. */
  readonly openings = new Map<Address, Opening>();
  /** Admissions that were committed: each is, once. */
  readonly committed = new Set<string>();
  /** When each session last redeemed a journey. */
  readonly redeemedAt = new Map<Address, number>();
  /** Journeys that were redeemed. */
  readonly redeemed = new Set<Address>();
  /** Launches that were told to stop, and when. */
  readonly stopped = new Map<Address, number>();
  /** Redeems of a page: the second one of a lease is another try. */
  readonly tries = new Set<string>();
  /** Players of a launch that was emptied, until they are in a world again. */
  readonly drained = new Map<Address, Address>();
  /** When a launch that is emptied first asked its players to go, and under which master. */
  readonly asked = new Map<Address, { readonly epoch: number; readonly at: number }>();
  /** When the connection of a session ended that has none. */
  readonly awaySince = new Map<Address, number>();
}
