// Which Node.js a coming release of the AWS SDK will need is no news of a test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** Unit tests: nothing but `npm ci` needed. Tests that run Terraform, or the instances' scripts, are in jest.e2e.config.cjs. */
module.exports = {
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "\\.e2e\\.test\\.ts$"],
  modulePathIgnorePatterns: ["/cdktf.out/", "<rootDir>/.demo/"],
  transform: { "\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  // Generous: a busy machine must not make a test fail.
  testTimeout: 30_000,
  // The default leaves one core idle.
  maxWorkers: "100%",
  moduleNameMapper: { "^cdktf-buildkite-elastic-ci-stack$": "<rootDir>/src/index.ts" },
};
