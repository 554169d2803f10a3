#!/bin/bash
# Returns when the agent has registered with Buildkite. Its log tells, and goes on telling when a job has ended the agent
# right after that. A unit that only starts says nothing: the agent tries to register for minutes.
# It fails where the agent fails before. For how long it may try is the business of liveness.sh.
set -uo pipefail

run=${ELASTIC_STACK_ROOT:-}/run/buildkite-elastic-ci-stack
agent=buildkite-agent.service
failures=0

# The state is read first: what the agent has logged before its end is in the log then.
until ((failures > 2)); do
  state=$(timeout 20 systemctl show --property=ActiveState --value "$agent")
  log=$(timeout 20 journalctl --boot --unit="$agent" --output=cat --no-pager)
  if [[ $log == *"Successfully registered agent"* ]]; then
    touch "$run/registered"
    exit
  fi
  if [[ $state == failed ]]; then ((++failures)); else failures=0; fi
  sleep 1
done
echo "the agent ended before it had registered"
exit 1
