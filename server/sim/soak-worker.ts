import { parentPort } from "node:worker_threads";
import { perform, type Job } from "./jobs.ts";

/** One core's share of a soak: performs the jobs it is told, one after the other. */
const port = parentPort;
if (!port) throw new Error("soak-worker.ts is started as a worker thread, by soak.ts");
port.on("message", (job: Job) => void perform(job).then((outcome) => port.postMessage(outcome)));
