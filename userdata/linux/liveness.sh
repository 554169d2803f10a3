#!/bin/bash
# Ends an instance that nothing else ends: one whose boot does not come to its end in time, and later one whose agent or
# drain watcher stands still. systemd's timer runs it, so it needs neither the metadata, nor AWS, nor the agent.
set -uo pipefail

root=${ELASTIC_STACK_ROOT:-}
run=$root/run/buildkite-elastic-ci-stack
settings=$root/etc/buildkite-elastic-ci-stack/environment.json
memory=$root/run/buildkite-liveness
# A complaint holds when it has come up so many times in a row, every half minute: the drain watcher may wait for two.
looks_allowed=8

# A machine that an image is built on has cloud-init's data source, but nothing of a stack. A machine without a data source
# never gets any user data.
is_instance() {
  local source
  [[ ! -e $settings && ! -d $run ]] || return 0
  source=$(<"$root/run/cloud-init/status.json")
  [[ $source != *'"datasource": "DataSource'* || $source == *'"datasource": "DataSourceNone'* ]]
}

# Where the stack says nothing, its boot may still fetch seeds.
is_late() {
  local limit uptime
  limit=$(jq -er '(.INSTANCE_BOOT_TIMEOUT | tonumber) as $seconds | if $seconds > 0 then $seconds
    elif .BUILDKITE_GIT_MIRROR_SEED_BUCKET == "" then 600 else 900 end' "$settings") ||
    if [[ -d $run ]]; then limit=900; else limit=600; fi
  read -r uptime _ <"$root/proc/uptime"
  ((${uptime%.*} >= limit))
}

property() {
  timeout 20 systemctl show --property="$1" --value buildkite-agent.service
}

# Sets complaint. The drain watcher writes another number at each of its rounds.
look() {
  local beat last=none looks=0 pid
  complaint=
  beat=$(<"$run/watcher-beat") || beat=none
  read -r last looks <"$memory"
  pid=$(property MainPID)
  if [[ $beat == "$last" ]]; then
    complaint="the drain watcher stands still"
  elif [[ $(property ActiveState) == activating ]]; then
    complaint="the agent does not start"
  elif grep -qs '^State:.[Tt]' "$root/proc/$pid/status"; then
    complaint="the agent is stopped"
  fi
  if [[ -n $complaint ]]; then ((++looks)); else looks=0; fi
  echo "$beat $looks" >"$memory"
  ((looks >= looks_allowed)) || complaint=
}

end() {
  local place
  # shellcheck source=userdata/linux/instance.sh
  source "$root/usr/local/lib/buildkite-elastic-ci-stack/instance.sh"
  # The console can be read from outside when the instance is gone.
  for place in var/log/elastic-stack.log dev/console; do
    say "liveness: $1; the machine is switched off" >>"$root/$place"
  done
  mark_unhealthy
  timeout 20 systemctl poweroff --force
  sleep 20
  timeout 20 systemctl poweroff --force --force
  sleep 20
  echo o >"$root/proc/sysrq-trigger"
}

is_instance || exit 0
if [[ -e $run/registered ]]; then
  look
else
  complaint=
  ! is_late || complaint="the boot has not come to its end in time"
fi
[[ -z $complaint ]] || end "$complaint"
