// Which Node.js a coming release of the AWS SDK will need is no news of a test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** What the unit tests and the end-to-end tests have in common. */
module.exports = {
  modulePathIgnorePatterns: ["/cdktf.out/", "<rootDir>/.demo/", "<rootDir>/build/"],
  transform: { "\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  moduleNameMapper: {
    "^cdktf-buildkite-elastic-ci-stack$": "<rootDir>/src/index.ts",
    // cdktf keeps a whole stack trace of every token, mapped to its sources: two thirds of the time of a synth under Jest.
    "^\\..*/stack-trace$": "<rootDir>/test/harness/no-stack-traces.ts",
  },
  // Before the default ones, so that Jest's summary comes last.
  reporters: ["<rootDir>/test/harness/slowest-suites.cjs", "default"],
};
