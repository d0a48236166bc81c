/** A release cannot go on; the message says why, and what to do next. Nothing was changed by the step that throws it. */
export class ReleaseRefused extends Error {
  override readonly name = "ReleaseRefused";
}
