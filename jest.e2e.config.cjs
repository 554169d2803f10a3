// Which Node.js a coming release of the AWS SDK will need is no news of a test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** Tests of the real thing: Terraform against the emulator, the instances' scripts. `globalSetup` fails with a message where a tool is missing. */
module.exports = {
  testMatch: ["<rootDir>/test/**/*.e2e.test.ts"],
  modulePathIgnorePatterns: ["/cdktf.out/", "<rootDir>/.demo/", "<rootDir>/build/"],
  transform: { "\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  moduleNameMapper: { "^cdktf-buildkite-elastic-ci-stack$": "<rootDir>/src/index.ts" },
  globalSetup: "<rootDir>/test/harness/require-tools.ts",
  testTimeout: 15 * 60_000,
  maxWorkers: 2,
};
