import { type ElasticCiStackProps } from "../../src/elastic-ci-stack/props.generated";
import { PACKAGE_NAME, PACKAGE_VERSION } from "../../src/package";
import { type Body, synthesized, VIRGINIA } from "../harness/synthesized";

const fn = (name: string, props: Partial<ElasticCiStackProps> = {}, place = VIRGINIA): Body =>
  synthesized(props, place).all("aws_lambda_function")[name];

test.each([
  ["us-east-1", "x86_64", "buildkite-lambdas", "handler.zip"],
  ["us-east-1", "arm64", "buildkite-lambdas", "handler-arm64.zip"],
  ["eu-central-1", "x86_64", "buildkite-lambdas-eu-central-1", "handler.zip"],
  ["ap-southeast-2", "arm64", "buildkite-lambdas-ap-southeast-2", "handler-arm64.zip"],
] as const)(
  "in %s on %s AgentScaler comes from Buildkite's bucket of the region, at the pinned key",
  (region, lambdaArchitecture, bucket, file) => {
    expect(fn("scaler", { lambdaArchitecture }, { ...VIRGINIA, region })).toMatchObject({
      s3_bucket: bucket,
      s3_key: `buildkite-agent-scaler/v1.12.0/${file}`,
      handler: "bootstrap",
      runtime: "provided.al2023",
    });
  },
);

test("a mirror of the user's own is used, at a version that does not move", () => {
  const props = { scalerLambdaS3Bucket: "mirror", scalerLambdaS3Key: "scaler.zip", scalerLambdaS3ObjectVersion: "v7" };
  expect(fn("scaler", props)).toMatchObject({ s3_bucket: "mirror", s3_key: "scaler.zip", s3_object_version: "v7" });
});

test("a mirror without a key holds the release under Buildkite's own", () => {
  expect(fn("scaler", { scalerLambdaS3Bucket: "mirror" }).s3_key).toBe("buildkite-agent-scaler/v1.12.0/handler.zip");
});

test.each(["az_rebalancing_suspender", "stop_buildkite_agents", "scaler"])(
  "%s as this package has it is uploaded with its hash",
  (name) => {
    const body = fn(name, { scalerImplementation: "typescript", buildkiteAgentEnableGracefulShutdown: true });
    expect(body).toMatchObject({ handler: "index.handler", runtime: "nodejs22.x" });
    expect(body.filename).toMatch(/path\.module\}\/assets\/.*\.zip/);
    expect(body.source_code_hash).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(body.s3_bucket).toBeUndefined();
  },
);

test.each([
  ["az_rebalancing_suspender", "az-rebalancing-suspender"],
  ["stop_buildkite_agents", "stop-buildkite-agents"],
  ["scaler", "agent-scaler"],
])("%s goes through lambda_bucket where one is given", (name, zip) => {
  const body = fn(name, {
    scalerImplementation: "typescript",
    buildkiteAgentEnableGracefulShutdown: true,
    lambdaBucket: "packages",
  });
  expect(body).toMatchObject({ s3_bucket: "packages", s3_key: `${PACKAGE_NAME}/v${PACKAGE_VERSION}/${zip}.zip` });
  expect(body.filename).toBeUndefined();
  expect(body.source_code_hash).toMatch(/^[A-Za-z0-9+/]{43}=$/);
});

test("lambda_bucket does not concern Buildkite's AgentScaler", () => {
  expect(fn("scaler", { lambdaBucket: "packages" }).s3_bucket).toBe("buildkite-lambdas");
});
