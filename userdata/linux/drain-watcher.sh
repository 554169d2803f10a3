#!/bin/bash
# Lets the agent finish its jobs when the group or EC2 takes this instance away, then completes the lifecycle action.
# Rebalance recommendations are left alone: they are no decision, and acting on them would end healthy instances.
set -uo pipefail

# shellcheck source=userdata/linux/instance.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/instance.sh" || exit

: "${ASG_NAME:?}" "${LIFECYCLE_HOOK_NAME:?}" "${INSTANCE_TERMINATION_GRACE_PERIOD:?}"

agent=buildkite-agent.service
poll_seconds=5
heartbeat_seconds=60
# EC2 takes a spot instance two minutes after its notice.
spot_seconds=110
# What is left of the time when jobs are cancelled, so that Buildkite hears of it from the agent.
cancel_seconds=20

deadline=0
terminating=
spot=
cancelled=
next_heartbeat=0

limit_to() {
  local limit=$(($1 + $(date +%s)))
  if ((deadline == 0 || limit < deadline)); then deadline=$limit; fi
  say "drain: $2; the agent has at most $1 s to finish its jobs"
}

look_for_notices() {
  if [[ -z $terminating && $(metadata autoscaling/target-lifecycle-state) == *Terminated ]]; then
    terminating=yes
    limit_to "$INSTANCE_TERMINATION_GRACE_PERIOD" "the group terminates this instance"
  fi
  if [[ -z $spot ]] && metadata spot/instance-action >/dev/null; then
    spot=yes
    limit_to "$spot_seconds" "EC2 takes this spot instance back"
  fi
}

lifecycle() {
  autoscaling "$@" --auto-scaling-group-name "$ASG_NAME" --lifecycle-hook-name "$LIFECYCLE_HOOK_NAME" >/dev/null
}

# The state "deactivating" lasts until the jobs are done. Only an agent that nobody has stopped yet is told to:
# the first SIGTERM means "finish", a second one "cancel".
agent_has_stopped() {
  case $(systemctl show --property=ActiveState --value "$agent") in
    inactive | failed) return 0 ;;
    deactivating) ;;
    *) systemctl stop --no-block "$agent" ;;
  esac
  return 1
}

# One round of waiting for the agent. It fails when the waiting is over.
wait_for_agent() {
  local now
  now=$(date +%s)
  ((now < deadline)) || return
  if [[ -z $cancelled ]] && ((now >= deadline - cancel_seconds)); then
    cancelled=yes
    say "drain: cancelling the jobs that still run"
    systemctl kill --kill-who=main --signal=SIGQUIT "$agent"
  fi
  if [[ -n $terminating ]] && ((now >= next_heartbeat)); then
    next_heartbeat=$((now + heartbeat_seconds))
    lifecycle record-lifecycle-action-heartbeat || say "drain: the heartbeat failed; the next one follows"
  fi
  return 0
}

while sleep "$poll_seconds"; do
  look_for_notices
  ((deadline > 0)) || continue
  if ! agent_has_stopped && wait_for_agent; then continue; fi
  # After a spot notice the group's own decision comes later, if it comes before the end at all.
  [[ -n $terminating ]] || continue
  if retry lifecycle complete-lifecycle-action --lifecycle-action-result CONTINUE; then
    say "drain: done"
    exit 0
  fi
done
