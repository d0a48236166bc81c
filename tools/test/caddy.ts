import { findProgram } from "./system-program.ts";

/** The proxy the shipped Caddyfile is for. */
export function findCaddy(): { path: string } | { advice: string } {
  return findProgram({
    title: "Caddy",
    variable: "PORTCADE_CADDY",
    places: ["/usr/bin/caddy", "/usr/local/bin/caddy", "/opt/homebrew/bin/caddy"],
    debianPackage: "caddy",
  });
}
