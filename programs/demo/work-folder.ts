import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** Files of manual runs, which the demo must neither use nor change. */
const localFiles = /^(\..*|cdktf\.out|cdktf\.log|.*\.tfvars(\.json)?|.*\.tfstate(\..*)?)$/;

/** A temporary folder with links to the app's files, so that state, logs and synthesized files are written here. */
export class WorkFolder {
  readonly path: string;
  readonly temporary: string;

  constructor(
    appFolder: string,
    private readonly parent: string,
  ) {
    mkdirSync(parent, { recursive: true });
    this.path = mkdtempSync(join(parent, "run-"));
    this.temporary = join(this.path, ".tmp");
    mkdirSync(this.temporary);
    for (const name of readdirSync(appFolder)) {
      if (!localFiles.test(name)) symlinkSync(join(appFolder, name), join(this.path, name));
    }
  }

  /** Removes the folder, and its parent where that is empty. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    removeIfEmpty(this.parent);
  }
}

export function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
