# shellcheck shell=bash
# Assertions about a finished layer. All of them are made; one that does not hold is printed and fails the build.

root=${ELASTIC_STACK_ROOT:-}
failures=0

# holds WHAT COMMAND [ARGUMENT...]
holds() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then return; fi
  printf 'image: not so: %s\n' "$what" >&2
  failures=$((failures + 1))
}

# owned PATH OWNER:GROUP MODE
owned() {
  holds "$1 belongs to $2 and has mode $3" test "$(stat --format '%U:%G %a' "$root$1" 2>/dev/null)" = "$2 $3"
}

# prints TEXT COMMAND [ARGUMENT...]: the command succeeds and its output has the text in it.
prints() {
  local text=$1 output
  shift
  output=$("$@" 2>&1) || output=
  holds "'$*' prints $text" test -z "${output##*"$text"*}" -a -n "$output"
}

enabled() {
  local unit
  for unit in "$@"; do
    holds "$unit starts at boot" systemctl is-enabled --quiet "$unit"
  done
}

all_hold() {
  ((failures == 0)) || die "$failures assertions about this image do not hold"
  say "all assertions hold"
}
