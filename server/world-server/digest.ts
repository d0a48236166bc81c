/** SHA-256 in hex. Loads the crypto module when it is first needed: a spare starts without it. */
export function sha256(data: string | Uint8Array): string {
  return process.getBuiltinModule("node:crypto").hash("sha256", data, "hex");
}
