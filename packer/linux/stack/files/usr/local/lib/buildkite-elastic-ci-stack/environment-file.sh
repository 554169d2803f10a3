# shellcheck shell=bash
# Runs the environment files of the secrets bucket, for the environment hook. They are the operator's own scripts of bash,
# and run as bash runs a script by itself: false conditions and unset variables are no failures. What bash says of their
# text, in which there are secrets, is not shown; neither is anything else that they write to the standard error.

# stack_environment_failed LINE COMMAND: ends the hook. Conditions are no failures, nor is what a function or file returns:
# a command that fails in there has a trap of its own.
stack_environment_failed() {
  ((BASH_SUBSHELL == 0)) || return 0
  case $2 in
    '[['* | '(('* | '['* | test\ * | 'source <(printf'*) return 0 ;;
    *) ! declare -F -- "${2%% *}" >/dev/null || return 0 ;;
  esac
  trap - ERR EXIT
  stack_refuse "Elastic CI Stack: the environment file ${stack_environment_name?} in the secrets bucket fails in line $1"
}

# Of a text that has not been read to its end: by its own wish, or because bash cannot.
stack_check_syntax() {
  local stack_said
  if stack_said=$(LC_ALL=C bash -n <<<"$1" 2>&1); then return; fi
  [[ $stack_said =~ \ line\ ([0-9]+): ]] || BASH_REMATCH=("" "?")
  stack_environment_failed "${BASH_REMATCH[1]}" syntax
}
