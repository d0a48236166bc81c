/** What VirtuCade's samples say of a process: seconds up, megabytes resident, per cent of one core since the last. */
export function processGauges(): () => Record<string, number> {
  let last = { cpu: process.cpuUsage(), at: performance.now() };
  return () => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(last.cpu);
    const passedMs = Math.max(1, now - last.at);
    last = { cpu: process.cpuUsage(), at: now };
    return {
      pid: process.pid,
      uptime_sec: process.uptime(),
      rss_mb: process.memoryUsage.rss() / 2 ** 20,
      cpu_pct: ((user + system) / 1000 / passedMs) * 100,
    };
  };
}
