/** Baked in by the build; see vite.config.ts. */
/** Empty: the page's own host. */
declare const __MASTER_URL__: string;
declare const __CLIENT_HOSTS__: readonly string[];
declare const __TEST_HOOK__: boolean;

declare module "zzfx" {
  /** Plays a sound made of up to twenty numbers. */
  export function zzfx(...parameters: readonly number[]): AudioBufferSourceNode;
}
