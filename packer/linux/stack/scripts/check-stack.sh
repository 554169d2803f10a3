#!/bin/bash
# What must be true of the finished image. The paths are a contract with the user data, ours and the original's.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"
# shellcheck source=packer/linux/shared/assert.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/assert.sh"

library=/usr/local/lib/buildkite-elastic-ci-stack
plugins=/usr/local/buildkite-aws-stack/plugins
home=/var/lib/buildkite-agent

: "${IMAGE_USER:?}"

check_user() {
  holds "the agent's user is 2000:2000" test "$(id -u buildkite-agent):$(id -g buildkite-agent)" = 2000:2000
  holds "the agent may use Docker" grep --quiet --word-regexp docker <<<"$(id -Gn buildkite-agent)"
  holds "the agent has its home and shell" \
    test "$(getent passwd buildkite-agent | cut --delimiter : --fields 6,7)" = "$home:/bin/bash"
  holds "$IMAGE_USER may use Docker" grep --quiet --word-regexp docker <<<"$(id -Gn "$IMAGE_USER")"
}

check_programs() {
  local channel program version
  for channel in stable beta edge oldstable; do
    version=$(version_of "buildkite-agent-$channel")
    # The number of the build, which the agent itself prints elsewhere.
    if [[ $channel == edge ]]; then version=${version%.*}; fi
    owned "/usr/bin/buildkite-agent-$channel" root:root 755
    prints "$version" "$root/usr/bin/buildkite-agent-$channel" --version
  done
  for program in bk-mount-instance-storage.sh bk-configure-docker.sh bk-install-elastic-stack.sh bk-fetch.sh \
    bk-check-disk-space.sh stop-agent-gracefully terminate-instance refresh-authorized-keys docker-gc \
    docker-low-disk-gc fix-buildkite-agent-builds-permissions s3secrets-helper; do
    owned "/usr/local/bin/$program" root:root 755
  done
  owned /usr/bin/lifecycled root:root 755
  owned "$library/instance.sh" root:root 644
  owned "$library/clear-last-job.sh" root:root 755
  owned "$library/with-environment.sh" root:root 755
  owned "$library/drain-watcher.sh" root:root 755
  owned "$library/liveness.sh" root:root 755
  owned "$library/await-agent.sh" root:root 755
  owned "$library/agent-secrets.sh" root:root 755
}

# What a job could change would be run by later jobs, or by root.
check_owners() {
  local folder
  for folder in /etc/buildkite-agent /etc/buildkite-agent/hooks /etc/buildkite-elastic-ci-stack "$library" \
    "$plugins"; do
    owned "$folder" root:root 755
  done
  for folder in builds git-mirrors plugins; do
    owned "$home/$folder" buildkite-agent:buildkite-agent 755
  done
  for folder in etc usr opt; do
    holds "nothing in /$folder belongs to the agent or is writable by all" test -z \
      "$(find "$root/$folder" -xdev \( -user buildkite-agent -o ! -type l -perm -o=w ! -perm -1000 \) -print -quit)"
  done
}

check_hooks() {
  local hook plugin
  for hook in pre-bootstrap environment pre-command pre-exit; do
    owned "/etc/buildkite-agent/hooks/$hook" root:root 755
  done
  for hook in secrets/hooks/environment ecr/hooks/environment docker-login/hooks/pre-command; do
    holds "the plugin's hook $hook is there" test -s "$root$plugins/$hook"
  done
  for plugin in docker-login ecr secrets; do
    owned "$plugins/$plugin" root:root 755
  done
}

check_units() {
  local unit
  enabled amazon-cloudwatch-agent.service amazon-ssm-agent.service rsyslog.service buildkite-liveness.timer
  for unit in buildkite-agent.service buildkite-drain-watcher.service docker.service docker.socket lifecycled.service; do
    holds "$unit is there, and left to the boot" grep --quiet --word-regexp 'disabled\|static' \
      <<<"$(systemctl is-enabled "$unit" 2>/dev/null)"
  done
  # Where cloud-init 24.3 and later has renamed its first stage.
  for unit in cloud-init.service cloud-init-network.service cloud-final.service; do
    holds "a failure of $unit powers the instance off" \
      grep --quiet '^OnFailure=poweroff.target' "$root/etc/systemd/system/$unit.d/10-power-off-on-failure.conf"
  done
  holds "systemd understands every unit" systemd-analyze verify --recursive-errors=no \
    buildkite-agent.service buildkite-agent-secrets.service buildkite-drain-watcher.service \
    buildkite-liveness.timer lifecycled.service
  holds "rsyslog understands its settings" rsyslogd -N1
  holds "the CloudWatch agent's settings are JSON" \
    jq --exit-status .logs "$root/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json"
  holds "sudo understands its settings" visudo --check --quiet
}

check_user
check_programs
check_owners
check_hooks
check_units
all_hold
