#!/bin/bash
# What the programs that an instance has, and a test has not, do instead; the name says which one it is. Each call is
# recorded, with its arguments, before it does anything. $FAKE is the folder of the facts that are read here.

: "${FAKE:?}"
name=${0##*/}
last=${*: -1}
printf '%s\n' "$name${*:+ }$*" >>"$FAKE/calls"

# The word after an option.
word_after() {
  local option=$1 word previous=
  shift
  for word in "$@"; do
    if [[ $previous == "$option" ]]; then echo "$word"; fi
    previous=$word
  done
}

# parameters/NAME and paths/PATH with "/" as "_", objects/BUCKET/KEY, listing. What is not there is an error.
# Like the real one, it makes a file of its own in place of the one that it shall write to.
aws() {
  local wanted
  case $1-$2 in
    ssm-get-parameter)
      wanted=$(word_after --name "$@")
      cat "$FAKE/parameters/${wanted//\//_}"
      ;;
    ssm-get-parameters-by-path)
      wanted=$(word_after --path "$@")
      cat "$FAKE/paths/${wanted//\//_}"
      ;;
    s3-cp)
      wanted=$FAKE/objects/${4#s3://}
      if [[ $5 == - ]]; then cat "$wanted"; else cp --remove-destination "$wanted" "$5"; fi
      ;;
    s3api-list-objects-v2) cat "$FAKE/listing" ;;
    *) ;;
  esac
}

# What is fetched over HTTPS: pages/ADDRESS with "/" as "_". The address comes on standard input.
page() {
  local settings address
  read -r -d '' settings
  echo "curl-settings $settings" >>"$FAKE/secret-calls"
  address=${settings#url = \"}
  address=${address%\"}
  cp "$FAKE/pages/${address//\//_}" "$(word_after --output "$@")" 2>/dev/null
}

# The instance metadata service: metadata/ITEM. Nothing answers while there is the file "outage".
metadata() {
  local item=${last#http://169.254.169.254/latest/} header
  [[ ! -e $FAKE/outage ]] || exit 7
  if [[ $item == api/token ]]; then
    echo session-token
    return
  fi
  read -r header
  [[ $header == "X-aws-ec2-metadata-token: session-token" ]] || exit 22
  cat "$FAKE/metadata/${item//\//_}" 2>/dev/null || exit 22
}

# active/UNIT is there for a unit that runs; states/UNIT is what has become of it.
systemctl() {
  case $1 in
    is-active) [[ -e $FAKE/active/$last ]] ;;
    show) cat "$FAKE/states/$last" 2>/dev/null || echo active ;;
    *) ;;
  esac
}

# mounted holds one mount point a line.
is_mounted() {
  grep -qx -- "$last" "$FAKE/mounted"
}

unmount() {
  grep -vx -- "$last" "$FAKE/mounted" >"$FAKE/mounted.new"
  mv "$FAKE/mounted.new" "$FAKE/mounted"
}

case $name in
  aws) aws "$@" ;;
  curl) if [[ " $* " == *" --config "* ]]; then page "$@"; else metadata; fi ;;
  systemctl) systemctl "$@" ;;
  # What the agent has logged.
  journalctl) cat "$FAKE/journal" ;;
  # With -j it hands on what the aws of a test has printed. As jq merges documents here: the later one wins whole.
  jq) if [[ $1 == -j ]]; then cat; else cat "$last"; fi ;;
  docker) if [[ $1 == --version ]]; then echo "Docker version 27.5.1, build abc"; fi ;;
  getent)
    if [[ $1 == group ]]; then echo "docker:x:991:buildkite-agent"; else echo "$2:x:1000:1000::/home/$2:/bin/bash"; fi
    ;;
  id) echo 2000 ;;
  mountpoint | findmnt) is_mounted ;;
  mount) echo "$last" >>"$FAKE/mounted" ;;
  umount) unmount ;;
  # file-system holds the device that has one; disks of a RAID of that name lie in raid-members.
  blkid)
    labelled=("$FAKE/file-system")
    [[ " $* " == *" --usages filesystem "* ]] || labelled+=("$FAKE/raid-members")
    if grep -qxs -- "$last" "${labelled[@]}"; then echo bk-ephemeral; fi
    ;;
  mkfs.ext4) echo "$last" >"$FAKE/file-system" ;;
  ssh-keygen)
    read -r line
    [[ $line == *ssh-ed25519* ]]
    ;;
  runuser)
    [[ "$1 $2 $3" == "-u buildkite-agent --" ]] || exit 1
    shift 3
    exec "$@"
    ;;
  amazon-cloudwatch-agent-ctl | blockdev | cfn-signal | chown | dockerd | mdadm | sleep | udevadm | visudo) ;;
  *) exit 127 ;;
esac
