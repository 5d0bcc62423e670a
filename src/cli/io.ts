/** Where text goes. */
export interface Sink {
  readonly write: (text: string) => void;
  /** Width in characters; 80 when it is no terminal. Changes when the window does. */
  readonly columns: number;
}

/** Everything of the process that a command may use. Made in cli/main.ts; in tests, by hand. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** All of standard input, as bytes. */
  readonly stdin: () => Promise<Uint8Array>;
  /** Asks the person at the terminal; USAGE when there is none. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Standard output is a terminal that a person looks at. */
  readonly isTTY: boolean;
  readonly color: boolean;
  /** Where Firedrill keeps its own state. */
  readonly home: string;
  /** Who is running this, as the machine knows them. */
  readonly user: string;
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly interrupted: AbortSignal;
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;

/** Text in a terminal style when `io.color`, as it is otherwise. */
export function paint(io: Pick<Io, "color">, style: keyof typeof STYLES, text: string): string {
  return io.color ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
}
