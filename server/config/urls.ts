import { z } from "zod";

const placeholder = "{world_key}";

/** A full address of one of the schemes, with a host and without a name or password in it. */
function isAddress(text: string, schemes: string): boolean {
  // `new URL` turns `ws:///x` into host `x`, so the text itself must show a host.
  if (!new RegExp(`^(${schemes})://[^/?#\\s]+`, "i").test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.hostname !== "" && url.username === "" && url.password === "" && url.hash === "";
}

const bounded = z.string().max(2048);

export const socketUrl = bounded.refine((text) => isAddress(text, "wss?"));

export const worldTemplate = bounded.refine(
  (text) => text.includes(placeholder) && isAddress(text.replaceAll(placeholder, "hub"), "wss?"),
);

/** Of pages, as an operator copies them: only the origin of each counts. */
export const pageOrigins = bounded
  .transform((text) => text.split(",").map((part) => part.trim()))
  .pipe(
    z
      .array(bounded.refine((text) => isAddress(text, "https?")).transform((url) => new URL(url).origin))
      .max(16),
  );

/** Without its trailing slashes, so that `/<file>` can follow. */
export const webUrl = bounded
  .refine((text) => isAddress(text, "https?") && !text.includes("?"))
  .transform((text) => text.replace(/\/+$/, ""));
