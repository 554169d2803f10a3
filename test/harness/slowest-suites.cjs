const path = require("node:path");

const SHOWN = 10;

/** A reporter for Jest: the slowest suites of a run and their times, so that a suite that has become slow is seen. */
module.exports = class SlowestSuites {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
  }

  onRunComplete(_, { testResults }) {
    if (testResults.length < 2) return;
    const slowest = testResults
      .map(({ perfStats, testFilePath }) => [perfStats.end - perfStats.start, testFilePath])
      .sort(([one], [other]) => other - one)
      .slice(0, SHOWN);
    const lines = slowest.map(
      ([milliseconds, file]) =>
        `${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${path.relative(this.rootDir, file)}`,
    );
    process.stderr.write(`\nSlowest suites:\n${lines.join("\n")}\n`);
  }
};
