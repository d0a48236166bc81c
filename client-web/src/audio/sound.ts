import { kept } from "../kept.ts";

/** zzfx's numbers for each sound; what they mean is in its documentation. */
const sounds = {
  portal: [0.8, 0, 180, 0.06, 0.28, 0.42, 1, 1.4, 4, 0, 260, 0.07, 0.03, 0, 0, 0, 0.12, 0.7, 0.12],
  arrive: [0.7, 0, 392, 0.02, 0.12, 0.3, 1, 1.8, 0, 0, 196, 0.06, 0, 0, 0, 0, 0, 0.8, 0.05],
  chat: [0.5, 0, 660, 0.01, 0.03, 0.08, 1, 1.6, 0, 0, 220, 0.03],
  error: [0.6, 0, 150, 0.01, 0.1, 0.16, 2, 1.2, -3, 0, 0, 0, 0.06, 0.1],
} as const satisfies Record<string, readonly number[]>;

export type SoundName = keyof typeof sounds;
type Play = (...numbers: readonly number[]) => unknown;

const stored = "portcade.volume";
const usual = 0.4;

/** Short sounds, silent until the player has touched something, as browsers demand. */
export class Sound {
  /** 0 to 1. */
  volume: number;
  isMuted: boolean;
  readonly #site = kept("localStorage");
  #play: Play | undefined;
  #isWoken = false;

  constructor() {
    const last = parseVolume(this.#site.getItem(stored));
    this.volume = Math.abs(last) || usual;
    this.isMuted = last < 0;
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, this.#wake, { once: true });
  }

  play(name: SoundName): void {
    if (this.isMuted || this.volume === 0 || document.hidden) return;
    const [loudness, ...rest] = sounds[name];
    this.#play?.(loudness * this.volume, ...rest);
  }

  set(volume: number, isMuted: boolean): void {
    this.volume = Math.min(1, Math.max(0, volume));
    this.isMuted = isMuted;
    this.#site.setItem(stored, String(isMuted ? -this.volume : this.volume));
  }

  readonly #wake = (): void => {
    if (this.#isWoken) return;
    this.#isWoken = true;
    import("zzfx").then(
      ({ zzfx }) => (this.#play = zzfx),
      () => undefined,
    );
  };
}

function parseVolume(text: string | null): number {
  const value = Number(text);
  return text !== null && Math.abs(value) <= 1 ? value : usual;
}
