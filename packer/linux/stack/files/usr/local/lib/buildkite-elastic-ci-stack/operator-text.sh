# shellcheck shell=bash
# Texts that operators write, such as keys, environment files, credentials and parameters, in the one form in which
# everything here takes them: without a byte order mark at their beginning, and with line ends as on Linux. This is
# sourced into jobs too, so its names begin with stack_.

# stack_plain_text NAME: of the text in that variable.
stack_plain_text() {
  local -n stack_text=$1
  stack_text=${stack_text#$'\xef\xbb\xbf'}
  stack_text=${stack_text//$'\r\n'/$'\n'}
  stack_text=${stack_text%$'\r'}
}

# stack_plain_file PATH: of the text in that file.
stack_plain_file() {
  local stack_whole
  IFS= read -r -d '' stack_whole <"$1" || true
  stack_plain_text stack_whole
  printf '%s' "$stack_whole" >"$1"
}
