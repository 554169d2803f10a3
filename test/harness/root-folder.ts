import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The root of an instance, as a temporary folder. What the stand-ins of its programs read and write lies below `fake`. */
export class RootFolder {
  readonly root: string;
  readonly fake: string;

  constructor(name: string) {
    this.root = mkdtempSync(join(tmpdir(), `${name}-`));
    this.fake = join(this.root, "fake");
  }

  folder(path: string): this {
    mkdirSync(join(this.root, path), { recursive: true });
    return this;
  }

  write(path: string, content: string, mode = 0o644): this {
    this.folder(dirname(path));
    writeFileSync(join(this.root, path), content);
    chmodSync(join(this.root, path), mode);
    return this;
  }

  /** A value that the stand-ins read. */
  set(name: string, content: string): this {
    return this.write(`fake/${name}`, content);
  }

  /** A file's content; empty where there is no such file. */
  read(path: string): string {
    return this.exists(path) ? readFileSync(join(this.root, path), "utf8") : "";
  }

  exists(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Such as "0644". */
  mode(path: string): string {
    return (lstatSync(join(this.root, path)).mode & 0o7777).toString(8).padStart(4, "0");
  }

  delete(path: string): this {
    rmSync(join(this.root, path), { recursive: true, force: true });
    return this;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
