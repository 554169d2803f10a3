/** Tests of the real thing: Terraform against the emulator, the instances' scripts. `globalSetup` fails with a message where a tool is missing. */
module.exports = {
  ...require("./jest.base.cjs"),
  testMatch: ["<rootDir>/test/**/*.e2e.test.ts"],
  globalSetup: "<rootDir>/test/harness/require-tools.ts",
  testTimeout: 15 * 60_000,
  // More than there are cores: many of these suites wait for most of their time.
  maxWorkers: 3,
};
