# shellcheck shell=bash
# What the agent's hooks share. They are sourced into a shell of the job, next to its variables and the operator's own
# scripts, so every name here begins with stack_.

# The job's environment must not say where the hooks find their files, so that is told by where this file lies.
stack_root=$(cd -- "${BASH_SOURCE[0]%/*}/../../../.." && pwd)
stack_root=${stack_root%/}
stack_plugin_hook=

stack_on() {
  [[ ${1,,} =~ ^(1|on|true)$ ]]
}

# Ends the hook, and with it the job. 53 has always been the exit code of this.
stack_refuse() {
  printf '+++ :rotating_light: %s\n' "$*"
  trap - ERR
  exit 53
}

# An ERR trap: without the text of the command, in which an operator's script may have a secret.
stack_failed() {
  local stack_place=${BASH_SOURCE[1]##*/}
  ((BASH_SUBSHELL == 0)) || return 0
  stack_refuse "Elastic CI Stack: the hook failed in line $1 of $stack_place"
}

# Exports what the boot has written: NAME=value, each ended by NUL. A job may have a region and a wish about warnings
# of its own; everything else is the stack's.
stack_load_settings() {
  local stack_entry stack_name
  while IFS= read -r -d '' stack_entry; do
    stack_name=${stack_entry%%=*}
    [[ $stack_name =~ ^[A-Z][A-Z0-9_]*$ && $stack_entry == *=* ]] || continue
    case $stack_name in
      AWS_REGION | AWS_DEFAULT_REGION | *_SKIP_SSH_KEY_NOT_FOUND_WARNING) [[ -z ${!stack_name-} ]] || continue ;;
      *) ;;
    esac
    export "$stack_name=${stack_entry#*=}"
  done <"$stack_root/etc/buildkite-elastic-ci-stack/job-environment"
}

# Sets stack_plugin_hook to a hook of a plugin that the image ships.
stack_find_plugin_hook() {
  stack_plugin_hook=$stack_root/usr/local/buildkite-aws-stack/plugins/$1
  [[ -r $stack_plugin_hook ]] || stack_refuse "This image has no plugin hook $1"
}

# stack_plugin_on NAME SWITCH: whether the stack has the plugin and the job has not switched it off.
stack_plugin_on() {
  local -a stack_enabled
  read -ra stack_enabled <<<"${PLUGINS_ENABLED-}"
  [[ " ${stack_enabled[*]} " == *" $1 "* ]] || return 1
  [[ -z ${!2-} ]] || stack_on "${!2}"
}
