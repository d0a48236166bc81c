/** Every way a Portcade process ends, and what the number means. */
export const exitCodes = {
  clean: { code: 0, meaning: "ended as asked, or a world that was idle" },
  orderFailed: { code: 1, meaning: "what a running master was asked for could not be done" },
  wrongOrder: { code: 2, meaning: "world list, upgrade or drain: wrong arguments" },
  worldsUnreadable: { code: 3, meaning: "the built worlds are missing or damaged" },
  listenFailed: { code: 10, meaning: "the master cannot listen on its port" },
  unknownWorld: { code: 12, meaning: "no such world" },
  worldListenFailed: { code: 13, meaning: "a world cannot listen" },
  badArguments: { code: 14, meaning: "wrong command, option or setting" },
  worldUnloadable: { code: 15, meaning: "a world cannot be loaded" },
  databaseOrMaster: { code: 20, meaning: "the database cannot be opened; for a world: its master is lost" },
  migrationOrRegistration: {
    code: 21,
    meaning: "the database cannot be migrated; for a world: it was not registered in time",
  },
  cutShort: { code: 130, meaning: "stopped at once by a second Ctrl-C" },
} as const;
