import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A checkout with functions and their zips, as publishing looks at it. */
export class PublishRoot {
  readonly path = mkdtempSync(join(tmpdir(), "publish-root-"));

  constructor() {
    this.version("1.2.3").write("lambda/shared/log.ts", "");
  }

  version(version: string): this {
    return this.write("package.json", JSON.stringify({ name: "ours", version }));
  }

  function(name: string, zip = `zip of ${name}`): this {
    return this.write(`lambda/${name}/handler.ts`, "").write(`dist/lambda/${name}.zip`, zip);
  }

  write(path: string, content: string): this {
    const file = join(this.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return this;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
