# shellcheck shell=bash
# Room on Docker's disk: for the agent's hooks and the hourly clean-up.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/job.sh
source "${BASH_SOURCE[0]%/*}/job.sh"

# Whether there is room for another job.
stack_has_room() {
  "$stack_root/usr/local/bin/bk-check-disk-space.sh"
}

# Removes images and build cache that have not been used for as long as the stack says.
stack_prune() {
  local stack_age="until=${DOCKER_PRUNE_UNTIL-}" stack_code=0
  timeout 900 docker image prune --all --force --filter "$stack_age" || stack_code=$?
  if stack_on "${DOCKER_BUILDER_PRUNE_ENABLED-}"; then
    timeout 900 docker builder prune --all --force --filter "$stack_age" || stack_code=$?
  fi
  return "$stack_code"
}

# Makes room where there is none. It fails where that does not help.
stack_make_room() {
  if stack_has_room; then return; fi
  echo "~~~ Elastic CI Stack: removing what Docker has not used for ${DOCKER_PRUNE_UNTIL-}"
  stack_prune || echo "Docker could not remove it"
  stack_has_room
}

# No job of another agent on this instance is ended: each agent finishes its own, then the instance goes.
stack_retire_instance() {
  stack_on "${BUILDKITE_TERMINATE_INSTANCE_ON_DISK_FULL-}" || return 0
  "$stack_root/usr/local/bin/terminate-instance" || echo "The instance could not be told to go."
}
