#!/bin/bash
# Watches over the end of the agent's work on this instance, and over the instance's own end.
#   Drain: on a notice the agent is told, once, to finish its jobs. Only the group and EC2 set a limit to that.
#   Leave: when the agent has ended, the group is asked to take the instance away: with one instance less; at its
#          minimum, or where that fails, with a replacement; as an unhealthy one. Then the machine switches itself off.
# No step is trusted: whatever is answered, a machine whose agent has ended is off soon after leave_seconds.
# An agent that never starts is not handled here: the boot fails for that, or liveness.sh ends it.
set -uo pipefail

root=${ELASTIC_STACK_ROOT:-}

# shellcheck source=userdata/linux/instance.sh
source "$root/usr/local/lib/buildkite-elastic-ci-stack/instance.sh" || exit

agent=buildkite-agent.service
# Made by terminate-instance. Jobs may make it too: they can end the agent anyhow.
mark=$root/run/buildkite-agent/leave
poll_seconds=5
heartbeat_seconds=60
# EC2 takes a spot instance two minutes after its notice.
spot_seconds=110
# Jobs are cancelled so long before the deadline that they have the agent's whole grace period, and this beside.
margin_seconds=5
# What is left of the time when jobs that still run are killed, so that Buildkite hears of it from the agent.
end_seconds=5
# After the agent's end: until when each request is repeated, and when nothing is waited for any more.
shrink_seconds=45
replace_seconds=75
leave_seconds=120
# An agent that fails time and again, so soon after its start, is not started another time.
crashes_allowed=5
crash_seconds=600

now=0
terminating=
spot=
draining=
deadline=0
cancelled=
killed=
next_heartbeat=0
state=
looks=0
leaving_since=0
at_minimum=
asked=
completed=
started_at=0
crashes=0
switch_offs=0
rounds=0

# notice REASON [SECONDS]
notice() {
  local limit=${2:-0}
  draining=yes
  say "drain: $1${2:+; the agent has at most $2 s to finish its jobs}"
  if ((limit > 0 && (deadline == 0 || now + limit < deadline))); then deadline=$((now + limit)); fi
}

look_for_notices() {
  if [[ -z $terminating && $(metadata autoscaling/target-lifecycle-state) == *Terminated ]]; then
    terminating=yes
    notice "the group terminates this instance" "${INSTANCE_TERMINATION_GRACE_PERIOD?}"
  fi
  # Once it is leaving, nobody else's wish changes anything, and time is short.
  ((leaving_since == 0)) || return 0
  if [[ -z $spot ]] && metadata spot/instance-action >/dev/null; then
    spot=yes
    notice "EC2 takes this spot instance back" "$spot_seconds"
  fi
  if [[ -z $draining ]] && metadata events/recommendations/rebalance >/dev/null; then
    notice "EC2 expects to take this spot instance back"
  fi
  if [[ -z $draining && (-e $mark || -L $mark) ]]; then notice "terminate-instance was called"; fi
}

control() {
  timeout 20 systemctl "$@" "$agent"
}

property() {
  control show --property="$1" --value
}

# Seen twice, so that neither the gap within a restart nor the machine's own shutdown is taken for the end.
# A unit that has not been started yet is called inactive as well.
agent_has_ended() {
  case $state in
    inactive | failed) ;;
    *)
      looks=0
      return 1
      ;;
  esac
  [[ -n $draining || $(property ActiveEnterTimestampMonotonic) == [1-9]* ]] && ((++looks > 1))
}

lifecycle() {
  [[ -z ${LIFECYCLE_HOOK_NAME:-} ]] || autoscaling "$@" --auto-scaling-group-name "${ASG_NAME:-}" \
    --lifecycle-hook-name "$LIFECYCLE_HOOK_NAME" >/dev/null
}

# The agent's children are its jobs. It reports one that is killed at once; what that one has started ends with the unit.
kill_jobs() {
  local main
  local -a jobs
  killed=yes
  main=$(property MainPID)
  [[ $main == [1-9]* ]] || return
  read -rd '' -a jobs < <(cat "$root/proc/$main"/task/*/children)
  ((${#jobs[@]} == 0)) || kill -KILL "${jobs[@]}"
}

# One round of waiting for the jobs. The state "deactivating" lasts until they are done. Only an agent that nobody has
# stopped yet is told to: the first SIGTERM means "finish", a second one "cancel".
finish_jobs() {
  [[ $state == deactivating ]] || control stop --no-block
  if [[ -z $cancelled ]] && ((deadline > 0 && now >= deadline - ${BUILDKITE_AGENT_CANCEL_GRACE_PERIOD?} - margin_seconds)); then
    cancelled=yes
    say "drain: cancelling the jobs that still run"
    control kill --kill-who=main --signal=SIGQUIT
  fi
  if ((deadline > 0 && now >= deadline - end_seconds)); then kill_jobs; fi
  if [[ -n $terminating ]] && ((now >= next_heartbeat)); then
    next_heartbeat=$((now + heartbeat_seconds))
    lifecycle record-lifecycle-action-heartbeat || say "drain: the heartbeat failed; the next one follows"
  fi
}

# Whether this instance is as good as a new one. It is not if it runs one job only, or is too old.
may_stay() {
  local uptime limit=${BUILDKITE_AGENT_DISCONNECT_AFTER_UPTIME?}
  [[ -z $draining && ${BUILDKITE_TERMINATE_INSTANCE_AFTER_JOB:-} != true ]] || return
  read -r uptime _ <"$root/proc/uptime"
  ((limit == 0 || ${uptime%.*} < limit))
}

start_again() {
  say "leave: $1; the agent is started again"
  if control start; then
    started_at=$now
    looks=0
    leaving_since=0
  fi
}

ask() {
  local answer
  say "leave: $1"
  if answer=$("$2" 2>&1); then
    asked=yes
  else
    say "leave: refused: $answer"
    [[ $answer != *ValidationError*minSize* ]] || at_minimum=yes
  fi
}

ask_the_group() {
  local elapsed=$((now - leaving_since))
  if ((elapsed >= replace_seconds)); then
    ask "telling the group that this instance is unhealthy" mark_unhealthy
  elif [[ -n $at_minimum ]] || ((elapsed >= shrink_seconds)); then
    ask "asking the group to replace this instance" terminate_and_replace
  else
    ask "asking the group to take this instance away" terminate_and_shrink
    # A replacement would be as idle as this one.
    if [[ -n $at_minimum && $state == inactive ]] && may_stay; then start_again "the group is at its minimum"; fi
  fi
}

switch_off() {
  say "leave: switching the machine off"
  case $((switch_offs++)) in
    0) timeout 20 systemctl poweroff --force ;;
    1) timeout 20 systemctl poweroff --force --force ;;
    *) echo o >"$root/proc/sysrq-trigger" ;;
  esac
}

begin_to_leave() {
  say "leave: the agent's unit is $state"
  leaving_since=$now
  at_minimum=
  asked=
  if ((now - started_at > crash_seconds)); then crashes=0; fi
  if [[ $state == failed ]] && ((++crashes <= crashes_allowed)) && may_stay; then start_again "the agent has failed"; fi
}

# One round of leaving.
leave() {
  if ((leaving_since == 0)); then
    begin_to_leave
    ((leaving_since > 0)) || return
  fi
  if ((now - leaving_since >= leave_seconds)); then
    switch_off
  elif [[ -n $terminating ]]; then
    [[ -n $completed ]] || ! lifecycle complete-lifecycle-action --lifecycle-action-result CONTINUE || completed=yes
  elif [[ -z $asked ]]; then
    ask_the_group
  fi
}

# By another number each time, liveness.sh knows that the rounds go on. Where the watcher comes to few, time and again, it does not.
mkdir -p "$root/run/buildkite-elastic-ci-stack"
while sleep "$poll_seconds"; do
  echo "$((++rounds))" >"$root/run/buildkite-elastic-ci-stack/watcher-beat"
  now=$(date +%s)
  look_for_notices
  state=$(property ActiveState)
  # Late or not, jobs are killed first, and the agent has time to report them: a request that hangs can outlast the deadline.
  if agent_has_ended || { [[ -n $killed ]] && ((now >= deadline + end_seconds)); }; then
    leave
  else
    leaving_since=0
    if [[ -n $draining ]] && ((looks == 0)); then finish_jobs; fi
  fi
done
