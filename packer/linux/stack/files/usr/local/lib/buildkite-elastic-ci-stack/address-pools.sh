# shellcheck shell=bash
# Docker's address pools without the VPC's own ranges: a Docker network over a VPC's addresses cuts containers off.

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/boot-part.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/boot-part.sh"

# The VPC's ranges, one a line. Without metadata there are none to mind.
vpc_ranges() {
  local mac
  if ! mac=$(metadata mac) || ! metadata "network/interfaces/macs/$mac/vpc-ipv4-cidr-blocks"; then
    say "the VPC's address ranges are unknown: Docker's address pools stay as they are" >&2
  fi
}

# 10.1.2.3/8 as the number of its first address, and its length.
as_numbers() {
  local a b c d length
  IFS=./ read -r a b c d length <<<"$1"
  echo "$((((a << 24) + (b << 16) + (c << 8) + d) >> (32 - length) << (32 - length))) $length"
}

# outside FIRST LENGTH LONGEST RANGE...: the blocks of a range that none of the ranges touches, cut no smaller than LONGEST.
outside() {
  local first=$1 length=$2 longest=$3 range other other_length
  shift 3
  for range in "$@"; do
    read -r other other_length < <(as_numbers "$range")
    if ((other_length <= length)); then
      ((first >> (32 - other_length) != other >> (32 - other_length))) || return 0
    elif ((first >> (32 - length) == other >> (32 - length))); then
      ((length < longest)) || return 0
      outside "$first" "$((length + 1))" "$longest" "$@"
      outside "$((first + (1 << (31 - length))))" "$((length + 1))" "$longest" "$@"
      return 0
    fi
  done
  printf '%d.%d.%d.%d/%d\n' \
    "$((first >> 24))" "$((first >> 16 & 255))" "$((first >> 8 & 255))" "$((first & 255))" "$length"
}

# free_blocks POOL SIZE RANGE...: what is left of a pool whose networks get blocks of SIZE.
free_blocks() {
  local first length size=$2
  read -r first length < <(as_numbers "$1")
  ((length <= size)) || refuse "Docker's address pool $1 is smaller than the /$size that a network gets of it"
  outside "$first" "$length" "$size" "${@:3}"
}
