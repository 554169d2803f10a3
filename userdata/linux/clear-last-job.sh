#!/bin/bash
# clear-last-job.sh AGENT JOB: ends what an agent's earlier jobs have left behind, and removes their logins to registries.
# A job that is killed has no pre-exit hook. An agent has one job at a time, so what bears its name and another job's id
# is left over. Without words it is the agent's pre-bootstrap hook, which finds both in a file. It never refuses a job.
set -uo pipefail

if (($# == 0)); then
  set -- "$(jq -r '.BUILDKITE_AGENT_NAME // empty' "${BUILDKITE_ENV_JSON_FILE:-/dev/null}")" "${BUILDKITE_JOB_ID-}"
fi
[[ -n ${1-} && -n ${2-} ]] || exit 0
agent="BUILDKITE_AGENT_NAME=$1"
folders=("${TMPDIR:-/tmp}" /tmp /var/tmp)

# with OPTIONS ENTRY FILE...: the files that have, or with -L have not, this entry, all of it. No file is no error.
with() {
  (($# < 3)) || grep -zsx "$@"
}

# An ssh-agent lets nobody read its environment; our hook starts it under a name that says whose it is.
left() {
  local -a own ofjobs
  mapfile -t own < <(with -lF "$agent" /proc/[0-9]*/environ)
  # The agent itself may bear its name, and has no job.
  mapfile -t ofjobs < <(with -l 'BUILDKITE_JOB_ID=..*' "${own[@]}")
  with -LF "BUILDKITE_JOB_ID=$2" "${ofjobs[@]}"
  with -lF "ssh-agent of $1" /proc/[0-9]*/cmdline
}

# Whether another agent of this instance has a job.
is_shared() {
  local -a jobs
  mapfile -t jobs < <(with -l 'BUILDKITE_AGENT_NAME=..*' /proc/[0-9]*/environ)
  [[ -n $(with -LF "$agent" "${jobs[@]}") ]]
}

# Of ssh-agents that nobody has marked, those that the agent's unit has started.
unmarked() {
  local file
  grep -lsx ssh-agent /proc/[0-9]*/comm | while read -r file; do
    if cmp -s "${file%comm}cgroup" /proc/self/cgroup; then echo "$file"; fi
  done
}

# Ends processes, by any of their files, and removes the logins that their environment names.
end() {
  local file login
  for file in "$@"; do
    login=$(sed -zn 's/^BUILDKITE_DOCKER_CONFIG_TEMP_DIRECTORY=//p' "${file%/*}/environ" 2>/dev/null | tr '\0' '\n')
    case $login in
      *..*) ;;
      */docker-config.* | /tmp/tmp.??????????) rm -rf -- "$login" ;;
      *) ;;
    esac
  done
  kill -KILL "${@//[^0-9]/}" 2>/dev/null
}

# They may start others while they are looked for.
for _ in 1 2 3; do
  mapfile -t found < <(left "$1" "$2")
  ((${#found[@]} > 0)) || break
  end "${found[@]}"
done
for folder in "${folders[@]}"; do
  rm -rf -- "$folder/docker-config.${1//[^A-Za-z0-9]/-}".????????
done
if ! is_shared; then
  mapfile -t found < <(unmarked)
  ((${#found[@]} == 0)) || end "${found[@]}"
  for folder in "${folders[@]}"; do rm -rf -- "$folder"/docker-config.*; done
fi
exit 0
