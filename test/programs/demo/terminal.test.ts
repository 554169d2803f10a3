import { Terminal, table } from "../../../programs/demo/terminal";

test("columns are as wide as their widest cell, and a long last one is cut", () => {
  const rows = [
    ["network", "aws_vpc"],
    ["", "aws_internet_gateway"],
  ];
  expect(table(["Part", "Type"], rows, 24)).toBe(
    ["Part     Type", "-------  ---------------", "network  aws_vpc", "         aws_internet_g…"].join("\n"),
  );
});

function written(isTTY: boolean, use: (terminal: Terminal) => void): string {
  let text = "";
  use(new Terminal({ isTTY, columns: 40, write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream));
  return text;
}

test("without a terminal progress comes as plain lines, and not faster than one can read", () => {
  const text = written(false, (terminal) => {
    terminal.progress("1 of 9");
    terminal.progress("2 of 9");
    terminal.print("done");
  });
  expect(text).toBe("[   0.0 s]   1 of 9\ndone\n");
});

test("on a terminal progress rewrites its own line, which no other line runs into", () => {
  const text = written(true, (terminal) => {
    terminal.progress("1 of 9");
    terminal.progress(`2 of 9 ${"x".repeat(100)}`);
    terminal.print("done");
  });
  const [first, second, rest] = text.split("\r\u001b[J");
  expect([first, second?.length, rest]).toEqual(["[   0.0 s]   1 of 9", 39, "done\n"]);
});

test("a block of lines is rewritten from its first line on", () => {
  const text = written(true, (terminal) => {
    terminal.block(["one", "two", "three"]);
    terminal.block(["four"]);
    terminal.print("done");
  });
  expect(text).toBe("one\ntwo\nthree\r\u001b[2A\u001b[Jfour\r\u001b[Jdone\n");
});
