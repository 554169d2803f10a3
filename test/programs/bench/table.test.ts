import { table } from "../../../programs/bench/table";

test("numbers stand below each other, and a ratio stands beside every target", () => {
  const text = table([
    { what: "whole process", measured: 0.3, unit: "s", target: 0.6 },
    { what: "  import", measured: 12.345, unit: "s" },
    { what: "peak memory", measured: 180.4, unit: "MB", target: 150 },
  ]);
  expect(text.split("\n")).toEqual([
    "               measured  target  measured/target",
    "whole process    0.30 s  0.60 s             0.50",
    "  import        12.35 s",
    "peak memory      180 MB  150 MB             1.20",
  ]);
});
