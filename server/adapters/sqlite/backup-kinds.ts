/** Why a backup was made; how many of each are kept differs. */
export const backupKinds = ["hourly", "before-deploy", "asked"] as const;
export type BackupKind = (typeof backupKinds)[number];
