# shellcheck shell=bash
# What the scripts of both layers share: the pins in versions.json, and fetching what they name. Nothing that was
# fetched is used before its SHA-256 was compared. ELASTIC_STACK_ROOT, empty in a build, is put in front of every path.

root=${ELASTIC_STACK_ROOT:-}
image=$root/var/tmp/image
manifest=$image/versions.json

# Hardened images have a stricter one, and what is installed is for everybody.
umask 022
# sudo may leave out /usr/local, where the scripts put programs.
PATH=/usr/local/sbin:/usr/local/bin:$PATH

say() {
  printf 'image: %s\n' "$*"
}

die() {
  printf 'image: %s\n' "$*" >&2
  exit 1
}

# The names that versions.json uses.
architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) die "there is no image for $(uname -m)" ;;
  esac
}

distribution() {
  local system
  system=$(sed -n -E 's/^(ID|VERSION_ID)="?([a-z0-9.]*)"?$/\2/p' "$root/etc/os-release" | sort | tr '\n' ' ')
  case $system in
    "2023 amzn ") echo amazonlinux2023 ;;
    "24.04 ubuntu ") echo ubuntu2404 ;;
    *) die "there is no image for the system of $root/etc/os-release" ;;
  esac
}

# pin KEY...: what versions.json has at that place, one text per line. It must be there.
pin() {
  jq --exit-status --raw-output "getpath(\$ARGS.positional) | arrays[] // values" "$manifest" --args "$@" ||
    die "versions.json says nothing about $*"
}

# fetch URL SHA256 FILE: the file is there afterwards, with that content, or the function fails.
fetch() {
  local url=$1 sha256=$2 file=$3
  local -a protocols=(--proto "${IMAGE_PROTOCOLS:-=https}" --proto-redir "${IMAGE_PROTOCOLS:-=https}")
  rm -f "$file" "$file.part"
  if [[ ! $sha256 =~ ^[0-9a-f]{64}$ ]]; then
    say "$url has no SHA-256 in versions.json: run npm run packer -- pin"
    return 1
  fi
  if ! curl --fail --silent --show-error --location "${protocols[@]}" --connect-timeout 20 --max-time 900 --retry 5 \
    --retry-connrefused --output "$file.part" "$url"; then
    say "$url could not be fetched"
  elif ! sha256sum --check --status <<<"$sha256  $file.part"; then
    say "$url is not the file that versions.json names: its SHA-256 is another one"
  else
    mv "$file.part" "$file"
    return
  fi
  rm -f "$file.part"
  return 1
}

# download NAME FILE: a download of versions.json, for this machine's architecture.
download() {
  local name=$1 file=$2 cpu version url sha256
  cpu=$(architecture) || exit
  version=$(pin downloads "$name" version) || exit
  url=$(pin downloads "$name" files "$cpu" url) || exit
  sha256=$(pin downloads "$name" files "$cpu" sha256) || exit
  url=${url//"{version}"/$version}
  say "fetching $name from $url"
  fetch "$url" "$sha256" "$file" || exit
}

version_of() {
  pin downloads "$1" version
}

# unpack_deb FILE FOLDER [MEMBER...]: Debian packages on systems without dpkg.
unpack_deb() {
  local file=$1 folder=$2 member
  shift 2
  member=$(ar t "$file" | grep '^data[.]tar') || die "$file is no Debian package"
  ar p "$file" "$member" >"$folder/$member"
  tar --extract --file "$folder/$member" --directory "$folder" "$@"
  rm "$folder/$member"
}
