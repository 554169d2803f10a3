import { spawn } from "node:child_process";
import { type Outcome, type Run } from "./ports";

export const runProgram: Run = (program, args, { folder, collect }) =>
  new Promise<Outcome>((resolve, reject) => {
    // No request for news about Packer releases.
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

/** The templates have this version, too. */
const NEEDED = [1, 10] as const;

/** The name of Packer's program, if it is there and new enough. */
export async function findPacker(run: Run, program = process.env.PACKER || "packer"): Promise<string> {
  const { code, stdout } = await run(program, ["version"], { collect: true });
  const install = "Install it (https://developer.hashicorp.com/packer/install), or name it in PACKER.";
  if (code === undefined) throw new Error(`there is no ${program}. ${install}`);
  // Red Hat has another program of that name.
  const [, version, major, minor] = /^Packer v((\d+)\.(\d+)\S*)/m.exec(stdout) ?? [];
  if (version === undefined) throw new Error(`${program} is not HashiCorp's Packer. ${install}`);
  if (Number(major) < NEEDED[0] || (Number(major) === NEEDED[0] && Number(minor) < NEEDED[1]))
    throw new Error(`${program} is version ${version}, and ${NEEDED.join(".")} or later is needed. ${install}`);
  return program;
}
