#!/bin/bash
# inject-inputs.sh FOLDER: gives the image's own functions one input after the other, each to a shell of its own, out of
# numbers, names and values on standard input that NUL ends. FOLDER/NUMBER.log is what was said; what an instance would
# have got lies below FOLDER/NUMBER, and is there only where the input was not refused. Whatever is started that has no
# place in PATH is written to FOLDER/unexpected.
set -Eeuo pipefail
shopt -s inherit_errexit

library=${ELASTIC_STACK_ROOT:?}/usr/local/lib/buildkite-elastic-ci-stack
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/agent-config.sh
source "$library/agent-config.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/host-settings.sh
source "$library/host-settings.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/job-environment.sh
source "$library/job-environment.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/job.sh
source "$library/job.sh"
folder=$1

command_not_found_handle() {
  printf '%s\n' "$*" >>"$folder/unexpected"
  return 127
}

# Nothing runs here, and files belong to whom they belong: thousands of them would take minutes.
systemctl() {
  [[ $1 != is-active ]]
}

install_file() {
  local content
  IFS= read -r -d '' content || true
  printf '%s' "$content" >"$3"
}

inject() {
  local instance=$folder/$1
  export "$2=$3"
  run=$folder
  read_inputs
  # Whatever is refused from here on has a place of its own for the reason.
  mkdir -p "$instance/etc/sudoers.d" "$instance/etc/buildkite-elastic-ci-stack" "$instance/buildkite-agent.service.d"
  root=$instance
  run=$instance
  work=$instance
  units=$instance
  settings=$instance/etc/buildkite-elastic-ci-stack
  render_agent_config 3 i-0 27.5.1 <<<token >"$instance/agent-3"
  render_agent_config 4 i-0 27.5.1 <<<token >"$instance/agent-4"
  render_job_environment 27.5.1 >"$settings/job-environment"
  ENABLE_RESOURCE_LIMITS=true
  apply_host_settings
  load_in_job >"$instance/job"
}

load_in_job() (
  unset "${!BUILDKITE_@}" AWS_REGION AWS_DEFAULT_REGION
  stack_root=$root
  stack_load_settings
  env -0
)

while IFS= read -r -d '' number && IFS= read -r -d '' name && IFS= read -r -d '' value; do
  (inject "$number" "$name" "$value") >"$folder/$number.log" 2>&1 </dev/null &
  wait "$!" || true
done
