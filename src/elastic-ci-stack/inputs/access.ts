import { atMostCharacters, eachItem, eachValue, emptyOr, pattern } from "../../schema/check";
import { noShellQuoting, oneLine, policyArn, profileName, roleArn, roleName, url } from "../../schema/formats/texts";
import { flag, text, textMap, texts } from "../../schema/row";
import { tagPairs } from "../../aws/tags";

const TAG_TEXT = "[A-Za-z0-9_ .:/+@-]";

const roleTags = pattern(
  new RegExp(`^${TAG_TEXT}+=${TAG_TEXT}*(,${TAG_TEXT}+=${TAG_TEXT}*){0,4}$`),
  "have 1 to 5 key=value pairs between commas, such as team=ci,env=prod",
);

const login = {
  key_name: text({
    default: "",
    about: "EC2 key pair for logging in. ssh_ingress_cidr_blocks says from where; without it no port is opened.",
    checks: [oneLine(), atMostCharacters(255)],
  }),
  authorized_users_url: text({
    default: "",
    env: "BUILDKITE_AUTHORIZED_USERS_URL",
    imageKind: "source",
    platforms: ["linux"],
    about:
      "Where to fetch an authorized_keys file, every hour anew. Schemes: s3://, https://, file://. ssh_ingress_cidr_blocks says who reaches the port.",
    checks: [emptyOr(url("s3://", "https://", "file://")), noShellQuoting()],
  }),
};

const roles = {
  instance_role_arn: text({
    default: "",
    about:
      "Existing role for the instances, which must already have every right they need. Empty: a role with the least rights is created.",
    checks: [emptyOr(roleArn())],
  }),
  create_instance_role: flag({
    default: true,
    about: "False says that instance_role_arn is given although Terraform does not know its value before apply.",
  }),
  instance_role_name: text({
    default: "",
    about: "Name of the created instance role. Empty: derived from the stack's name.",
    checks: [emptyOr(roleName())],
  }),
  instance_profile_name: text({
    default: "",
    about: "Name of the instance profile. Empty: derived from the stack's name.",
    checks: [emptyOr(profileName())],
  }),
  instance_role_permissions_boundary_arn: text({
    default: "",
    about: "Permissions boundary of every role that is created. Empty: none.",
    checks: [emptyOr(policyArn())],
  }),
  instance_role_tags: text({
    default: "",
    commaSeparated: true,
    about: "Further tags of the created instance role: up to five key=value pairs between commas.",
    checks: [emptyOr(roleTags), ...tagPairs()],
  }),
  scaler_lambda_role_arn: text({
    default: "",
    about: "Existing role for AgentScaler. Empty: one is created.",
    checks: [emptyOr(roleArn())],
  }),
  create_scaler_lambda_role: flag({
    default: true,
    about: "False says that scaler_lambda_role_arn is given although Terraform does not know its value before apply.",
  }),
  asg_process_suspender_role_arn: text({
    default: "",
    about: "Existing role for AzRebalancingSuspender. Empty: one is created.",
    checks: [emptyOr(roleArn())],
  }),
  create_asg_process_suspender_role: flag({
    default: true,
    about:
      "False says that asg_process_suspender_role_arn is given although Terraform does not know its value before apply.",
  }),
  stop_buildkite_agents_role_arn: text({
    default: "",
    about: "Existing role for StopBuildkiteAgents. Empty: one is created.",
    checks: [emptyOr(roleArn())],
  }),
  create_stop_buildkite_agents_role: flag({
    default: true,
    about:
      "False says that stop_buildkite_agents_role_arn is given although Terraform does not know its value before apply.",
  }),
  managed_policy_arns: texts({
    default: [],
    about:
      "Further managed policies for the created instance role. Every job can use what they allow. " +
      "Terraform must know the ARNs at plan: managed_policies is for those of policies that the same configuration makes.",
    checks: [eachItem(policyArn())],
  }),
  managed_policies: textMap({
    default: {},
    about:
      "The same by keys of your own, such as { cache = aws_iam_policy.cache.arn }: only the keys must be known at plan. " +
      "A policy is detached and attached anew where its key changes.",
    checks: [eachValue(policyArn())],
  }),
};

export const access = { ...login, ...roles };
