#!/bin/bash
# bk-fetch.sh FROM TO: fetches s3://BUCKET/KEY, https://…, file:///PATH, or ssm:/PATH (all parameters below it, as lines
# NAME="value" for systemd) to the file TO. FROM may be -, then it is read from standard input: an address may hold a
# signature, and arguments can be read by every process. TO is replaced at once, never by nothing; only its owner reads it.
set -euo pipefail

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/operator-text.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/operator-text.sh"

from_s3() {
  timeout 600 aws s3 cp --only-show-errors "$1" "$2"
}

# Nothing that is sent in the clear: what is fetched becomes code, keys and settings of root.
from_https() {
  local address=${1//\\/\\\\}
  curl --config - --globoff --output "$2" --fail --location --silent --show-error --proto =https --proto-redir =https \
    --retry 4 --retry-connrefused --connect-timeout 10 --max-time 300 <<<"url = \"${address//\"/\\\"}\""
}

from_file() {
  cp -- "${1#file://}" "$2"
}

from_ssm() {
  timeout 120 aws ssm get-parameters-by-path --path "${1#ssm:}" --recursive --with-decryption --output json |
    jq -j '.Parameters | sort_by(.Name)[] | .Name, "\u0000", .Value, "\u0000"' | as_lines >"$2"
}

# Between double quotes systemd takes a backslash off these four characters and lets everything else be.
as_lines() {
  local name value character
  while IFS= read -r -d '' name && IFS= read -r -d '' value; do
    name=${name##*/}
    name=${name^^}
    if [[ ! $name =~ ^[A-Z_][A-Z0-9_]*$ ]]; then
      echo "bk-fetch.sh: a parameter is left out: $name cannot be a variable's name" >&2
      continue
    fi
    stack_plain_text value
    for character in \\ \" \` \$; do
      value=${value//"$character"/\\"$character"}
    done
    printf '%s="%s"\n' "$name" "$value"
  done
}

# Without user, password and signature.
shown() {
  local address=${1%%\?*}
  if [[ $address =~ ^([a-z0-9]+://)[^/]*@(.*)$ ]]; then address=${BASH_REMATCH[1]}${BASH_REMATCH[2]}; fi
  printf '%s' "$address"
}

main() {
  local from=$1 to=$2
  [[ $from != - ]] || IFS= read -r from
  new=$(mktemp "$to.XXXXXXXX")
  trap 'rm -f "$new"' EXIT
  case $from in
    s3://*) from_s3 "$from" "$new" ;;
    https://*) from_https "$from" "$new" ;;
    file:///*) from_file "$from" "$new" ;;
    ssm:/*) from_ssm "$from" "$new" ;;
    *)
      echo "bk-fetch.sh: an address must begin with s3://, https://, file:/// or ssm:/, not $(shown "$from")" >&2
      exit 2
      ;;
  esac
  if [[ ! -s $new ]]; then
    echo "bk-fetch.sh: there is nothing at $(shown "$from")" >&2
    exit 1
  fi
  chmod 0600 "$new"
  mv -fT "$new" "$to"
}

if (($# != 2)); then
  echo "usage: bk-fetch.sh FROM TO" >&2
  exit 2
fi
main "$@"
