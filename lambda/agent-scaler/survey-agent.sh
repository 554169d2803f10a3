#!/bin/sh
# Prints one line about the agent. An unknown value is empty: such a line is not acted on.
set -u
unit=buildkite-agent.service

property() {
  systemctl show --property="$1" --value "$unit"
}

# systemd reports a unit that does not exist as inactive, too.
state=
if [ "$(property LoadState)" = loaded ]; then state=$(property ActiveState); fi

# Every job is a child of the agent's process, whatever its bootstrap script is.
agent=$(property MainPID)
jobs=0
if [ "$agent" != 0 ]; then jobs=$(pgrep --count --parent "$agent"); fi

echo "buildkite-agent state=$state jobs=$jobs"
