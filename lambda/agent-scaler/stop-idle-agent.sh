# shellcheck shell=sh
# Goes behind survey-agent.sh. A job that the agent gets after this look at it is finished as after any other stop, and
# then the agent's unit takes the host out of its group.
if [ "${state:?}" = active ] && [ "${jobs:?}" = 0 ]; then
  systemctl stop --no-block "${unit:?}"
else
  echo "left alone"
fi
