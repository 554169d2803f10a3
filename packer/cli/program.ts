import { spawn } from "node:child_process";
import { type Outcome, type Run, type Surroundings } from "./surroundings";

export const runProgram: Run = (program, args, { folder, collect }) =>
  new Promise<Outcome>((resolve, reject) => {
    // Packer asks its maker for news otherwise.
    const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
    const child = spawn(program, args, {
      cwd: folder,
      env,
      stdio: ["ignore", collect ? "pipe" : "inherit", "inherit"],
    });
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "EACCES") resolve({ code: undefined, stdout });
      else reject(error);
    });
    child.on("close", (code) => resolve({ code: code ?? 1, stdout }));
  });

export interface Packer {
  readonly program: string;
  readonly version: string;
  /** Too old for plugins, and with them for building: Debian's 1.6.6 still checks the templates. */
  readonly old: boolean;
}

const NEEDED = [1, 10] as const;

export async function findPacker({ run }: Surroundings, program = process.env.PACKER || "packer"): Promise<Packer> {
  const { code, stdout } = await run(program, ["version"], { collect: true });
  if (code === undefined)
    throw new Error(
      `there is no ${program}. Install it (https://developer.hashicorp.com/packer/install), or name it in PACKER. ` +
        "For validate and fmt, Debian's will do: apt-get install packer",
    );
  // Red Hat has another program of that name.
  const [, version, major, minor] = /^Packer v((\d+)\.(\d+)\S*)/m.exec(stdout) ?? [];
  if (version === undefined) throw new Error(`${program} is not HashiCorp's Packer. Name it in PACKER.`);
  const old = Number(major) < NEEDED[0] || (Number(major) === NEEDED[0] && Number(minor) < NEEDED[1]);
  return { program, version, old };
}
