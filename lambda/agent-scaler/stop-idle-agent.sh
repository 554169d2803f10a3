# shellcheck shell=sh
# Follows survey-agent.sh. A job that the agent gets after the survey is finished, as after any other stop; then the agent's
# unit terminates the instance.
if [ "${state:?}" = active ] && [ "${jobs:?}" = 0 ]; then
  systemctl stop --no-block "${unit:?}"
else
  echo "left alone"
fi
