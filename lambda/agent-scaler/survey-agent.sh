#!/bin/sh
# Prints one line about the agent. What cannot be found out stays a gap in it, and nobody acts on a line with a gap.
set -u
unit=buildkite-agent.service

property() {
  systemctl show --property="$1" --value "$unit"
}

# systemd also calls a unit inactive that it has never heard of.
state=
if [ "$(property LoadState)" = loaded ]; then state=$(property ActiveState); fi

# Every job is a child of the agent's process, whatever its bootstrap script is.
agent=$(property MainPID)
jobs=0
if [ "$agent" != 0 ]; then jobs=$(pgrep --count --parent "$agent"); fi

echo "buildkite-agent state=$state jobs=$jobs"
