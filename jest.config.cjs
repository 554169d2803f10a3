/** Unit tests: nothing but `npm ci` needed. Tests that run Terraform, or the instances' scripts, are in jest.e2e.config.cjs. */
module.exports = {
  ...require("./jest.base.cjs"),
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "\\.e2e\\.test\\.ts$"],
  // Generous: a busy machine must not make a test fail.
  testTimeout: 90_000,
  // The default leaves one core idle.
  maxWorkers: "100%",
};
