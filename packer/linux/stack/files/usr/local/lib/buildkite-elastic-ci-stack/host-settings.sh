# shellcheck shell=bash
# What the stack changes on the host around the agent: limits, sudo, logins, logs, and who watches over its end.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh"

units=$root/etc/systemd/system

# systemd knows the unit of a size in upper case only, and infinity in lower case only.
for_systemd() {
  local size=${1^^}
  printf '%s' "${size/INFINITY/infinity}"
}

limit_resources() {
  [[ $ENABLE_RESOURCE_LIMITS == true ]] || return 0
  install_file 0644 root:root "$units/buildkite-agent.slice" <<SLICE
[Slice]
MemoryHigh=$(for_systemd "$RESOURCE_LIMITS_MEMORY_HIGH")
MemoryMax=$(for_systemd "$RESOURCE_LIMITS_MEMORY_MAX")
MemorySwapMax=$(for_systemd "$RESOURCE_LIMITS_MEMORY_SWAP_MAX")
CPUWeight=$RESOURCE_LIMITS_CPU_WEIGHT
CPUQuota=$RESOURCE_LIMITS_CPU_QUOTA
IOWeight=$RESOURCE_LIMITS_IO_WEIGHT
SLICE
  mkdir -p "$units/buildkite-agent.service.d"
  printf '[Service]\nSlice=buildkite-agent.slice\n' |
    install_file 0644 root:root "$units/buildkite-agent.service.d/10-resource-limits.conf"
}

# A file that sudo cannot read would take away every sudo on the host.
allow_sudo() {
  local command
  [[ -n $BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS ]] || return 0
  while IFS= read -r command; do
    printf 'buildkite-agent ALL=NOPASSWD: %s\n' "$command"
  done < <(sudo_commands "$BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS") >"$work/sudoers"
  visudo -cf "$work/sudoers" || refuse "sudo does not accept BUILDKITE_ADDITIONAL_SUDO_PERMISSIONS"
  install_file 0440 root:root "$root/etc/sudoers.d/buildkite-agent-additional" <"$work/sudoers"
}

# No job needs a login, and the timer tries again: keys that cannot be fetched now do not end the boot.
refresh_logins() {
  [[ -n $BUILDKITE_AUTHORIZED_USERS_URL ]] || return 0
  install_file 0600 root:root "$settings/authorized-users-url" <<<"$BUILDKITE_AUTHORIZED_USERS_URL"
  timeout 900 "$root/usr/local/bin/refresh-authorized-keys" || say "nobody can log in with authorized keys yet"
  systemctl enable --now refresh_authorized_keys.timer
}

keep_logs() {
  local agent=$root/opt/aws/amazon-cloudwatch-agent file
  file=$agent/etc/amazon-cloudwatch-agent.json
  [[ $ENABLE_EC2_LOG_RETENTION_POLICY == true ]] || return 0
  jq --argjson days "$EC2_LOG_RETENTION_DAYS" \
    '.logs.logs_collected.files.collect_list[].retention_in_days = $days' "$file" >"$work/logs.json"
  install_file 0644 root:root "$file" <"$work/logs.json"
  timeout 120 "$agent/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -s -c "file:$file" ||
    say "the CloudWatch agent did not take the retention of logs"
}

# The drain watcher takes notices, and the instance out of its group when the agent has ended. Our user data has started
# it; with the original's, which knows none, that is done here, and it gets the few settings that it has a use for.
watch_for_the_end() {
  if systemctl is-active --quiet buildkite-drain-watcher.service; then return; fi
  local name lines=()
  for name in AWS_REGION BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME \
    BUILDKITE_AGENT_CANCEL_GRACE_PERIOD INSTANCE_TERMINATION_GRACE_PERIOD; do
    lines+=("\"$name\":\"${!name}\"")
  done
  (IFS=, && printf '{%s}\n' "${lines[*]}") | install_file 0600 root:root "$settings/environment.json"
  systemctl enable --now buildkite-drain-watcher.service
}

apply_host_settings() {
  limit_resources
  allow_sudo
  refresh_logins
  keep_logs
  watch_for_the_end
}
