#!/bin/bash
# The user data of a Linux instance: cloud-init runs it as root at every boot.
# ELASTIC_STACK_ROOT, empty on an instance, is put in front of every path, for the tests.
set -uo pipefail

root=${ELASTIC_STACK_ROOT:-}
library=$root/usr/local/lib/buildkite-elastic-ci-stack
status=$root/var/log/elastic-stack-bootstrap-status

# The bootstrap script's output goes there too: none of the jobs' business.
umask 027
exec >>"$root/var/log/elastic-stack.log" 2>&1
umask 022

# shellcheck source=userdata/linux/instance.sh
source "$library/instance.sh" || exit

# The exit code makes cloud-final fail, and the image then powers the machine off.
fail() {
  say "boot failed: $1"
  retry mark_unhealthy ||
    say "the Auto Scaling group could not be told that this instance is unhealthy"
  exit 1
}

step() {
  local what=$1 code
  shift
  say "boot: $what"
  "$@"
  code=$?
  ((code == 0)) || fail "$what ended with exit code $code"
}

image_script() {
  step "$1" "$library/with-environment.sh" "$root/usr/local/bin/$1"
}

# Buildkite's image lets every job, and everybody else, read the agent's token. The agent is at work already: no failure.
hide_token() {
  local config=$root/etc/buildkite-agent/buildkite-agent.cfg
  if ! { chown root:buildkite-agent "$config" && chmod 0640 "$config"; }; then
    say "boot: the agent's configuration keeps its owner and mode"
  fi
}

# Where the image has nothing to say before jobs, this clears up after the last one.
clear_between_jobs() {
  local hook=$root/etc/buildkite-agent/hooks/pre-bootstrap
  [[ -e $hook ]] || install -D -m 0755 "$library/clear-last-job.sh" "$hook"
}

start_liveness() {
  mkdir -p "$root/run/buildkite-elastic-ci-stack" && systemctl daemon-reload &&
    systemctl enable --now buildkite-liveness.timer
}

# First of all: whatever hangs from here on, the timer ends the instance.
step "liveness timer" start_liveness

# After a finished first boot everything outlasts a reboot: mounts, Docker's settings, the enabled services. Doing it
# again would format mounted disks and restart Docker under running jobs.
if [[ -e $status ]]; then
  [[ $(<"$status") == Completed ]] || fail "an earlier boot of this instance broke off half-way"
  say "boot: this instance is set up already"
  # Buildkite's images have the agent enabled. Our own leaves its start to its last part, which then does nothing else.
  # Not by its exit code: a unit without [Install], as ours is, passes for enabled there.
  [[ $(systemctl is-enabled buildkite-agent.service) == enabled ]] || image_script bk-install-elastic-stack.sh
  step "the agent's registration" "$library/await-agent.sh"
  exit 0
fi

image_script bk-mount-instance-storage.sh
image_script bk-configure-docker.sh
step "drain watcher" systemctl enable --now buildkite-drain-watcher.service
# It is there where the stack limits its agents' jobs.
if [[ -e $library/allow-jobs.sh ]]; then
  step allow-jobs.sh "$library/with-environment.sh" "$library/allow-jobs.sh"
fi
step "clearing between jobs" clear_between_jobs
image_script bk-install-elastic-stack.sh
hide_token

# The drain watcher answers spot notices. A second SIGTERM, sent by lifecycled, would make the agent cancel its jobs.
systemctl disable --now lifecycled.service || say "boot: there is no lifecycled to switch off"
step "the agent's registration" "$library/await-agent.sh"
