import { type FileHandle, open } from 'node:fs/promises';

/** How much is collected before it is written, in bytes. */
const AT_ONCE = 1_024 * 1_024;
const HEADER = 4;

/** A file of frames: length (4 bytes, big endian), then that many bytes. Whoever adds waits for the disk. */
export class FrameFile {
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #bytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws when there is such a file already. */
  static async create(path: string): Promise<FrameFile> {
    return new FrameFile(await open(path, 'wx', 0o600));
  }

  async add(frame: Uint8Array): Promise<void> {
    const header = Buffer.alloc(HEADER);
    header.writeUInt32BE(frame.length);
    this.#waiting.push(header, frame);
    this.#bytes += HEADER + frame.length;
    if (this.#bytes >= AT_ONCE) await this.#flush();
  }

  /** Everything that was added is in the file. */
  async end(): Promise<void> {
    await this.#flush();
    await this.#file.close();
  }

  /** After a failure: nothing more is written. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    if (bytes.length > 0) await this.#file.writeFile(bytes);
  }
}

/** The frames of such a file, in order. @throws when it ends within one. */
export async function* readFrames(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const file = await open(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    for await (const chunk of file.createReadStream({ highWaterMark: AT_ONCE, autoClose: false })) {
      rest = Buffer.concat([rest, chunk as Buffer]);
      let at = 0;
      for (let end = frameEnd(rest, at); end !== undefined; end = frameEnd(rest, at)) {
        yield new Uint8Array(rest.subarray(at + HEADER, end));
        at = end;
      }
      rest = rest.subarray(at);
    }
    if (rest.length > 0) throw new Error('a working file ends within a frame');
  } finally {
    await file.close();
  }
}

/** @returns undefined while the frame at `at` is not complete. */
function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (at + HEADER > bytes.length) return undefined;
  const end = at + HEADER + bytes.readUInt32BE(at);
  return end <= bytes.length ? end : undefined;
}
