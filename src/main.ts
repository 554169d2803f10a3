import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App } from "cdktf";
import { ModuleStack, REQUIRED } from "./module/module-stack";

/** The app behind `cdktf deploy`: every input is a Terraform variable, region and credentials come from the environment. */
const app = new App();
// cdktf deploy breaks off at an output that is null.
const stack = new ModuleStack(app, "elastic-ci-stack", [], "");
// A custom endpoint, such as a local AWS, has no wildcard name for `bucket.endpoint`.
new AwsProvider(stack, "aws", process.env["AWS_ENDPOINT_URL"] ? { s3UsePathStyle: true } : {});
stack.addOverride("terraform.required_version", REQUIRED.terraform);
stack.addOverride("terraform.required_providers.aws.version", REQUIRED.aws);
app.synth();
