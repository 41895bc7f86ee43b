import { type FileHandle, open } from 'node:fs/promises';

/** The file that comes of a job, written from front to back. */
export class ResultFile {
  readonly #file: FileHandle;
  #bytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<ResultFile> {
    return new ResultFile(await open(path, 'wx', 0o600));
  }

  get bytes(): number {
    return this.#bytes;
  }

  readonly write = async (bytes: Uint8Array): Promise<void> => {
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  };

  /** On the disk, so that what is offered is there also after a crash. */
  async end(): Promise<number> {
    await this.#file.sync();
    await this.#file.close();
    return this.#bytes;
  }
}
