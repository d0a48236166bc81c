/** WebSocket close codes of Portcade, and what the closed peer should do next. */
export const closeCodes = {
  versionMismatch: { code: 4001, next: "load the newest client" },
  protocolUnsupported: { code: 4002, next: "load the newest client" },
  helloExpected: { code: 4003, next: "send hello first" },
  helloTimeout: { code: 4004, next: "connect again" },
  badFrame: { code: 4005, next: "mend the client; the reason names the fault" },
  tooManyFrames: { code: 4006, next: "connect again after a pause, slower" },
  continuedElsewhere: { code: 4007, next: "wait for the player; never reconnect by itself" },
  serverFull: { code: 4009, next: "connect again after a pause" },
  admissionDenied: { code: 4010, next: "redeem the lease again" },
  removed: { code: 4011, next: "ask the master what to do" },
  departed: { code: 4012, next: "nothing: the player is in another world now" },
  shuttingDown: { code: 4013, next: "connect again after a pause" },
  tooSlow: { code: 4014, next: "connect again; the peer did not read what it was sent" },
  registrationRefused: { code: 4015, next: "exit: this launch is not wanted" },
  originRefused: { code: 4016, next: "load the client from its own host" },
} as const;

export type CloseName = keyof typeof closeCodes;
