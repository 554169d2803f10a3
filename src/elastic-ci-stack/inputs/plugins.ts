import { flag } from "../../schema/row";

export const plugins = {
  enable_secrets_plugin: flag({
    default: true,
    env: "SECRETS_PLUGIN_ENABLED",
    about: "Whether every job gets its secrets from the secrets bucket. Where it is off, no secrets bucket is created.",
  }),
  secrets_plugin_skip_ssh_key_not_found_warning: flag({
    default: false,
    env: "BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING",
    about:
      "Whether the warning about a missing SSH key is left out. The published images lose it on the way to jobs; set it in the pipeline's environment there.",
  }),
  enable_ecr_plugin: flag({
    default: true,
    env: "ECR_PLUGIN_ENABLED",
    about: "Whether every job is logged in to ECR. It also needs an ecr_access_policy other than none.",
  }),
  enable_ecr_credential_helper: flag({
    default: false,
    env: "ECR_CREDENTIAL_HELPER_ENABLED",
    about: "Whether ECR logins use Docker's credential helper, which stores no password, in place of docker login.",
  }),
  enable_docker_login_plugin: flag({
    default: true,
    env: "DOCKER_LOGIN_PLUGIN_ENABLED",
    about: "Whether every job is logged in to the Docker registry that its environment names.",
  }),
};
