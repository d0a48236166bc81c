/** What a frame may measure, told apart from what it may say. */
export interface FrameBounds {
  readonly bytes: number;
  /** How deep objects and arrays may nest; a flat object is 1. */
  readonly depth: number;
}

export type Message = { readonly type: string; readonly [field: string]: unknown };

export type FrameFault = "too_large" | "too_deep" | "not_json" | "not_allowed";

export type Decoded<T> = { ok: true; message: T } | { ok: false; fault: FrameFault };

/** The part of a zod schema this file needs, so that the world's hand-written checks fit as well. */
export interface Check<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** One message as the text of one frame. A message over `bytes` is a defect of the sender. */
export function encode(message: Message, bytes = Infinity): string {
  const text = JSON.stringify(message);
  if (text.length > bytes) throw new RangeError(`a ${message.type} message is larger than its frame may be`);
  return text;
}

/** The only way a text frame becomes a value: measured first, then parsed, then held against its schema. Never throws. */
export function decode<T>(schema: Check<T>, text: string, bounds: FrameBounds): Decoded<T> {
  const fault = measure(text, bounds);
  if (fault) return { ok: false, fault };
  const value = parse(text);
  if (value === undefined) return { ok: false, fault: "not_json" };
  const checked = schema.safeParse(value);
  return checked.success ? { ok: true, message: checked.data } : { ok: false, fault: "not_allowed" };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openings = new Set([0x5b, 0x7b]);
const closings = new Set([0x5d, 0x7d]);

/** Nested brackets make `JSON.parse` cost a hundred times its usual price, so they are counted before it runs. */
function measure(text: string, { bytes, depth }: FrameBounds): FrameFault | undefined {
  if (text.length > bytes) return "too_large";
  let level = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isQuoted) {
      if (code === backslash) at++;
      else if (code === quote) isQuoted = false;
    } else if (code === quote) isQuoted = true;
    else if (openings.has(code)) {
      if (++level > depth) return "too_deep";
    } else if (closings.has(code)) level--;
  }
  return undefined;
}
