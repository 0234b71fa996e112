/** Colours as functions; each is the identity where colours are off. */
export interface Paint {
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly red: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const same = (text: string): string => text;

/** No colours: files, pipes, NO_COLOR. */
export const plain: Paint = {
  green: same,
  yellow: same,
  red: same,
  cyan: same,
  dim: same,
  bold: same,
};
