import { enableCompileCache } from "node:module";
import { run } from "./cli/run.ts";
import { layoutOf } from "./layout.ts";

// A master that was killed is back in half the time when nothing has to be compiled anew. Where nothing can be
// kept, as in a folder that is read-only, it is compiled anew.
enableCompileCache(layoutOf(import.meta.filename).compileCache);
process.exit(await run(process.argv.slice(2), import.meta.filename));
