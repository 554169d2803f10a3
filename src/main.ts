import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App } from "cdktf";
import { elasticCiStack } from "./elastic-ci-stack/definition";
import { ModuleStack } from "./module/module-stack";
import { awsVersions, REQUIRED } from "./module/versions";

/** Inputs that need a newer AWS provider than the oldest one supported. One that is named here may be set, and raises the provider. */
const unlocked = [] as const;

/** The app behind `cdktf deploy`: every input is a Terraform variable, region and credentials come from the environment. */
const app = new App();
// cdktf deploy fails on an output that is null.
const stack = new ModuleStack(app, elasticCiStack.name, elasticCiStack, { unlocked, absent: "" });
// A custom endpoint, such as a local AWS, has no wildcard name for `bucket.endpoint`.
new AwsProvider(stack, "aws", process.env["AWS_ENDPOINT_URL"] ? { s3UsePathStyle: true } : {});
stack.addOverride("terraform.required_version", REQUIRED.terraform);
stack.addOverride("terraform.required_providers.aws.version", awsVersions(elasticCiStack.schema.table, unlocked));
app.synth();
