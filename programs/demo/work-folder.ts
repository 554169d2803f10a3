import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** What running the app by hand leaves in its folder: none of it may reach the demo, nor the demo's reach it. */
const usersOwn = /^(\..*|cdktf\.out|cdktf\.log|.*\.tfvars(\.json)?|.*\.tfstate(\..*)?)$/;

/** A private folder that looks like the app's, so that state, logs and synthesized files land here. */
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
      if (!usersOwn.test(name)) symlinkSync(join(appFolder, name), join(this.path, name));
    }
  }

  /** Removes it, and its parent where nothing else is in there. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    removeIfEmpty(this.parent);
  }
}

export function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
