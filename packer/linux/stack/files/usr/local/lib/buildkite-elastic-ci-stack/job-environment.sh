# shellcheck shell=bash
# What the agent's hooks have to know of the stack: NAME=value, each ended by NUL. It is data and never evaluated.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh"

enabled_plugins() {
  local -a plugins=()
  [[ $SECRETS_PLUGIN_ENABLED != true ]] || plugins+=(secrets)
  [[ $ECR_PLUGIN_ENABLED != true ]] || plugins+=(ecr)
  [[ $DOCKER_LOGIN_PLUGIN_ENABLED != true ]] || plugins+=(docker-login)
  printf '%s' "${plugins[*]}"
}

# render_job_environment DOCKER-VERSION
render_job_environment() {
  local name plugins
  local -a unchanged=(
    AWS_REGION
    BUILDKITE_AGENTS_PER_INSTANCE
    BUILDKITE_ARTIFACTS_BUCKET
    BUILDKITE_ECR_POLICY
    BUILDKITE_PURGE_BUILDS_ON_DISK_FULL
    BUILDKITE_S3_ACL
    BUILDKITE_SECRETS_BUCKET
    BUILDKITE_SECRETS_BUCKET_REGION
    BUILDKITE_SECRETS_PLUGIN_SKIP_SSH_KEY_NOT_FOUND_WARNING
    BUILDKITE_STACK_NAME
    BUILDKITE_STACK_VERSION
    BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB
    BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL
    DOCKER_BUILDER_PRUNE_ENABLED
    DOCKER_PRUNE_UNTIL
    DOCKER_USERNS_REMAP
    ECR_CREDENTIAL_HELPER_ENABLED
    ENABLE_PRE_EXIT_DISK_CLEANUP
  )
  for name in "${unchanged[@]}"; do
    printf '%s=%s\0' "$name" "${!name}"
  done
  plugins=$(enabled_plugins)
  printf '%s\0' "AWS_DEFAULT_REGION=$AWS_REGION" "BUILDKITE_S3_DEFAULT_REGION=${BUILDKITE_S3_DEFAULT_REGION:-$AWS_REGION}" \
    "BUILDKITE_DOCKER_EXPERIMENTAL=$DOCKER_EXPERIMENTAL" "DOCKER_VERSION=$1" "PLUGINS_ENABLED=$plugins"
}
