import { ImageMachine } from "../../harness/image/machine";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI somebody";
const address = "https://example.com/keys?signature=hidden";
const file = "home/ec2-user/.ssh/authorized_keys";

let machine: ImageMachine;
beforeEach(() => {
  machine = new ImageMachine();
  machine.write("etc/buildkite-elastic-ci-stack/authorized-users-url", `${address}\n`);
  machine.folder("run/buildkite-elastic-ci-stack").write(file, "ssh-ed25519 before\n");
});
afterEach(() => machine.remove());

const keys = (content: string) => machine.set(`pages/${address.replaceAll("/", "_")}`, content);
const refresh = () => machine.run("usr/local/bin/refresh-authorized-keys", { AWS_REGION: "eu-west-1" });

test("the keys of the stack's address replace those that were there", () => {
  const content = `# people\n\n${key}\ncommand="x y",no-pty ${key}\n  ${key}`;
  keys(content);
  const outcome = refresh();
  expect([outcome.code, machine.read(file), machine.mode(file)]).toEqual([0, content, "0600"]);
  expect(machine.mode("home/ec2-user/.ssh")).toBe("0700");
  expect(outcome.calls).toContain("chown ec2-user: /home/ec2-user/.ssh");
  expect(outcome.calls).toContainEqual(expect.stringMatching(/^chown ec2-user: .*authorized_keys\.\w+$/));
  expect(outcome.calls.join("\n") + outcome.log).not.toContain("hidden");
});

test("a file from Windows, with a byte order mark, is taken as on Linux", () => {
  keys(`\ufeff${key}\r\n${key}\r\n`);
  expect([refresh().code, machine.read(file)]).toEqual([0, `${key}\n${key}\n`]);
});

test("on Ubuntu they are those of the user ubuntu", () => {
  machine.write("etc/os-release", 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n');
  keys(`${key}\n`);
  refresh();
  expect(machine.read("home/ubuntu/.ssh/authorized_keys")).toBe(`${key}\n`);
});

test("a file that jobs have planted is not taken for the fetched one", () => {
  machine.write("tmp/authorized_keys", "ssh-ed25519 planted\n");
  expect(refresh().code).not.toBe(0);
  expect(machine.read(file)).toBe("ssh-ed25519 before\n");
});

describe("nothing changes", () => {
  const cases = [
    { when: "there is an error page", content: "<html>not here</html>\n", reason: "line 1 is not a public key" },
    {
      when: "one line of many is no key",
      content: `${key}\n# x\nAAAA\n${key}\n`,
      reason: "line 3 is not a public key",
    },
    { when: "there are only comments", content: "# nobody\n\n", reason: "there is no key in the file" },
    { when: "the file is empty", content: "", reason: "they cannot be fetched" },
  ];
  test.each(cases)("where $when", ({ content, reason }) => {
    keys(content);
    const outcome = refresh();
    expect(outcome.code).toBe(1);
    expect(outcome.log).toContain(`authorized keys stay as they are: ${reason}`);
    expect(machine.read(file)).toBe("ssh-ed25519 before\n");
    expect(machine.snapshot("run/buildkite-elastic-ci-stack")).toEqual({});
  });
});

describe("at boot", () => {
  const environment = { AWS_REGION: "eu-west-1", BUILDKITE_AUTHORIZED_USERS_URL: address };
  const timer = "systemctl enable --now refresh_authorized_keys.timer";

  test("they are fetched at once, and then by the timer; the address is for root alone", () => {
    keys(`${key}\n`);
    const outcome = machine.install(environment);
    expect([machine.read(file), outcome.calls.includes(timer)]).toEqual([`${key}\n`, true]);
    expect(machine.mode("etc/buildkite-elastic-ci-stack/authorized-users-url")).toBe("0600");
  });

  test("keys that cannot be fetched are said in the log and left to the timer", () => {
    const outcome = machine.install(environment);
    expect([outcome.code, outcome.calls.includes(timer)]).toEqual([0, true]);
    expect(outcome.log).toContain("nobody can log in with authorized keys yet");
  });

  test("without an address there is no timer", () => {
    expect(machine.install({ AWS_REGION: "eu-west-1" }).calls).not.toContain(timer);
  });
});
