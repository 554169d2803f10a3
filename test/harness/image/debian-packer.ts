import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAYERS } from "../../../packer/cli/manifest";

const repository = join(__dirname, "../../..");

/** What Debian's packer 1.6.6, which has the builders of AWS in itself and can be had without its maker, does not know. */
const UNKNOWN = [
  / *temporary_key_pair_type += .*\n/,
  / *temporary_security_group_source_public_ip += .*\n/,
  / *imds_support += .*\n/,
  / *metadata_options \{\n[^}]*\}\n/,
];

/** Copies the command and all that it reads into a folder, with templates that Debian's packer can read. */
export function copyForDebianPacker(folder: string): void {
  for (const part of ["packer", "userdata/linux", "src/cli/command-line.ts"])
    cpSync(join(repository, part), join(folder, part), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  for (const layer of LAYERS) {
    const template = join(folder, "packer/linux", layer, "image.pkr.hcl");
    const text = UNKNOWN.reduce(
      (left, unknown) => {
        if (!unknown.test(left)) throw new Error(`${layer}/image.pkr.hcl has no ${unknown.source}`);
        return left.replace(unknown, "");
      },
      readFileSync(template, "utf8"),
    );
    writeFileSync(template, text);
    rmSync(join(folder, "packer/linux", layer, "plugins.pkr.hcl"));
  }
}

/** The packer of the PATH under a version that the command takes, and without plugins to get. Answers the program's path. */
export function debianPacker(folder: string): string {
  const program = join(folder, "packer-of-debian");
  const script = `case "$1" in version) echo "Packer v1.14.2" ;; init) ;; *) exec packer "$@" ;; esac`;
  writeFileSync(program, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  return program;
}
