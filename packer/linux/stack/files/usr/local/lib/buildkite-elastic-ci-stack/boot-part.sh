# shellcheck shell=bash
# The frame of the three scripts that set an instance up: one log, and one reason when something fails.
# ELASTIC_STACK_ROOT, empty on an instance, is put in front of every path, for the tests.

root=${ELASTIC_STACK_ROOT:-}
library=$root/usr/local/lib/buildkite-elastic-ci-stack
settings=$root/etc/buildkite-elastic-ci-stack
run=$root/run/buildkite-elastic-ci-stack
part=${0##*/}
last_error=

# shellcheck source=userdata/linux/instance.sh
source "$library/instance.sh"

# Ends the part. The first reason stays: what fails later is mostly its echo.
refuse() {
  [[ -s $run/boot-failed ]] || printf '%s\n' "$*" >"$run/boot-failed"
  exit 1
}

# What a part does about its failure, besides ending. bk-install-elastic-stack.sh has its own.
on_failure() {
  :
}

log_from_here() {
  umask 027
  exec >>"$root/var/log/elastic-stack.log" 2>&1
  umask 022
}

end_part() {
  local code=$? reason
  trap - ERR EXIT
  set +e
  # What was redirected where it failed is still so.
  log_from_here
  rm -rf "$work"
  ((code != 0)) || return 0
  if [[ ! -s $run/boot-failed ]]; then
    reason="$part: ${last_error:-exit code $code}"
    printf '%s\n' "${reason//$'\n'/ }" >"$run/boot-failed"
  fi
  reason=$(<"$run/boot-failed")
  say "$part failed: $reason"
  # The console can be read from outside when the instance is gone.
  { printf '%s failed: %s\n' "$part" "$reason" >"$root/dev/console"; } 2>/dev/null
  on_failure "$reason"
  exit "$code"
}

# Only the log itself may fail the boot: neither the console nor the system's log may be there.
begin_part() {
  log_from_here
  PATH=$PATH:/usr/local/bin:/opt/aws/bin
  export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=5 AWS_PAGER=
  mkdir -p "$settings" "$run"
  work=$(mktemp -d "$run/work.XXXXXXXX")
  # The text of a command, not its values: those may be secret.
  trap 'last_error="line $LINENO of ${BASH_SOURCE[0]##*/}: $BASH_COMMAND"' ERR
  trap end_part EXIT
  say "$part: begins"
}

# Replaces a file at once, never half: install_file MODE OWNER:GROUP PATH, with the content on standard input.
install_file() {
  local new
  new=$(mktemp "$3.XXXXXXXX")
  if ! { cat >"$new" && chown "$2" "$new" && chmod "$1" "$new" && mv -fT "$new" "$3"; }; then
    rm -f "$new"
    return 1
  fi
}
