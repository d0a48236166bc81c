/** `MAJOR.MINOR`, the minor one digit. The only place it is written; a build never changes it. */
export const appVersion = "0.1";

/** Wire protocol generations this code speaks: the newest, and the oldest still served. */
export const protocol = { newest: 1, oldest: 1 } as const;

export const appVersionPattern = /^(0|[1-9][0-9]*)\.[0-9]$/;

/** Whether one version came before another; with one digit after the point they compare as numbers. */
export const isOlder = (version: string, than: string): boolean => Number(version) < Number(than);
