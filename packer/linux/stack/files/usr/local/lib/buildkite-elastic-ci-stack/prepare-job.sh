# shellcheck shell=bash
# The steps of the environment hook besides the secrets.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/disk.sh
source "${BASH_SOURCE[0]%/*}/disk.sh"

# The agent is protected when memory runs out. What it has started for this job gives that up: a runaway job goes first.
stack_give_up_protection() {
  local stack_parent
  read -r stack_parent <"/proc/$PPID/comm"
  [[ $stack_parent != buildkite-agent ]] || echo 300 >"/proc/$PPID/oom_score_adj"
}

# What pre-exit has not cleared: it does not run when a job is killed.
stack_clear_last_job() {
  "$stack_root/usr/local/lib/buildkite-elastic-ci-stack/clear-last-job.sh" "${BUILDKITE_AGENT_NAME-}" "${BUILDKITE_JOB_ID-}"
}

# Every job logs in to registries on its own. The name says whose login it is.
stack_own_docker_config() {
  local stack_agent=${BUILDKITE_AGENT_NAME-}
  DOCKER_CONFIG=$(mktemp -d "${TMPDIR:-/tmp}/docker-config.${stack_agent//[^A-Za-z0-9]/-}.XXXXXXXX")
  export DOCKER_CONFIG BUILDKITE_DOCKER_CONFIG_TEMP_DIRECTORY=$DOCKER_CONFIG
  if stack_on "${BUILDKITE_DOCKER_EXPERIMENTAL-}"; then
    echo '{"experimental":"enabled"}' >"$DOCKER_CONFIG/config.json"
  fi
}

# Many jobs need no Docker, so it is no reason to refuse them unless somebody has said so.
stack_check_docker() {
  local stack_said
  if stack_said=$(timeout 20 docker ps --quiet 2>&1 >/dev/null); then return; fi
  printf '+++ :warning: Elastic CI Stack: Docker does not answer\n%s\n' "$stack_said"
  if stack_on "${BUILDKITE_REQUIRE_DOCKER-}"; then stack_refuse "This job requires Docker"; fi
}

stack_check_disk() {
  if stack_make_room; then return; fi
  stack_retire_instance
  stack_refuse "There is too little room on this instance's disk for a job"
}

# Without the remapping of users, what containers have written belongs to root, and the checkout could not replace it.
# Only a folder of the agent's own making is repaired: AGENT/ORGANIZATION/PIPELINE below the builds.
stack_repair_owners() {
  local stack_builds=${BUILDKITE_BUILD_PATH:-/var/lib/buildkite-agent/builds} stack_checkout=${BUILDKITE_BUILD_CHECKOUT_PATH-}
  local -a stack_parts
  [[ ${DOCKER_USERNS_REMAP-} == false && $stack_checkout == "${stack_builds%/}"/* ]] || return 0
  IFS=/ read -ra stack_parts <<<"${stack_checkout#"${stack_builds%/}/"}"
  ((${#stack_parts[@]} == 3)) || return 0
  sudo --non-interactive "$stack_root/usr/local/bin/fix-buildkite-agent-builds-permissions" "${stack_parts[@]}" ||
    echo "+++ :warning: Elastic CI Stack: files that containers wrote may still belong to root"
}

# Sets stack_plugin_hook where the job shall be logged in to ECR.
stack_configure_ecr() {
  [[ ${BUILDKITE_ECR_POLICY?} != none ]] || return 0
  if ! stack_plugin_on ecr ECR_PLUGIN_ENABLED || ! stack_on "${AWS_ECR_LOGIN:-true}"; then return 0; fi
  stack_find_plugin_hook ecr/hooks/environment
  export BUILDKITE_PLUGIN_ECR_LOGIN=1 BUILDKITE_PLUGIN_ECR_RETRIES=3
  export BUILDKITE_PLUGIN_ECR_CREDENTIAL_HELPER=${BUILDKITE_PLUGIN_ECR_CREDENTIAL_HELPER:-${ECR_CREDENTIAL_HELPER_ENABLED?}}
  if [[ -n ${AWS_ECR_LOGIN_REGISTRY_IDS-} ]]; then
    export BUILDKITE_PLUGIN_ECR_ACCOUNT_IDS_0=$AWS_ECR_LOGIN_REGISTRY_IDS
  fi
  # The plugin sets this in a subshell, where the job never sees it.
  if stack_on "$BUILDKITE_PLUGIN_ECR_CREDENTIAL_HELPER"; then export AWS_ECR_IGNORE_CREDS_STORAGE=true; fi
}

# Sets stack_plugin_hook where the job's environment names a registry.
stack_configure_docker_login() {
  [[ -n ${DOCKER_LOGIN_USER-} ]] || return 0
  stack_plugin_on docker-login DOCKER_LOGIN_PLUGIN_ENABLED || return 0
  stack_find_plugin_hook docker-login/hooks/pre-command
  export BUILDKITE_PLUGIN_DOCKER_LOGIN_USERNAME=$DOCKER_LOGIN_USER
  export BUILDKITE_PLUGIN_DOCKER_LOGIN_PASSWORD_ENV=DOCKER_LOGIN_PASSWORD
  export BUILDKITE_PLUGIN_DOCKER_LOGIN_SERVER=${DOCKER_LOGIN_SERVER-} BUILDKITE_PLUGIN_DOCKER_LOGIN_RETRIES=3
}
