#!/bin/bash
# seed-git-mirrors.sh BUCKET FOLDER: unpacks the archives under git-mirror-seeds/ of a bucket as git mirrors, as the agent's
# user. An archive holds one folder of its own name. What goes wrong costs only that mirror: the agent clones it itself.
set -uo pipefail
shopt -s nullglob dotglob

bucket=$1
mirrors=$2
at_once=4

seeds() {
  timeout 120 aws s3api list-objects-v2 --bucket "$bucket" --prefix git-mirror-seeds/ --query 'Contents[].Key' \
    --output text | tr '\t' '\n'
}

# extract KEY STAGING
extract() {
  local archive=s3://$bucket/$1 to=$2/extract
  mkdir "$to" || return
  case $1 in
    *.zip) timeout 900 aws s3 cp --only-show-errors "$archive" "$2/zip" && unzip -q "$2/zip" -d "$to" ;;
    *.gz) timeout 900 aws s3 cp --only-show-errors "$archive" - | tar --extract --gzip --directory "$to" ;;
    *) timeout 900 aws s3 cp --only-show-errors "$archive" - | tar --extract --directory "$to" ;;
  esac
}

is_mirror() {
  local -a entries=("$1"/*)
  [[ ${#entries[@]} == 1 && ${entries[0]} == "$1/$2" && ! -L $1/$2 && -f $1/$2/HEAD && -d $1/$2/objects ]]
}

# The staging folder lies beside the mirrors: /tmp may be memory, and a move must not be a copy.
seed() {
  local key=$1 name=$2 staging
  [[ ! -e $mirrors/$name ]] || return 0
  staging=$(mktemp -d "$mirrors/.git-mirror-seed-XXXXXXXX") || return
  if extract "$key" "$staging" && is_mirror "$staging/extract" "$name" &&
    mv -T "$staging/extract/$name" "$mirrors/$name"; then
    echo "git mirror $name comes from its seed"
  else
    echo "git mirror seed $key is left out: it could not be fetched, or is not a mirror named $name"
  fi
  rm -rf "$staging"
}

running=0
while IFS= read -r key; do
  [[ $key =~ ^git-mirror-seeds/([A-Za-z0-9-]+)\.(tar|tar\.gz|zip)$ ]] || continue
  if ((running >= at_once)); then wait -n; else running=$((running + 1)); fi
  seed "$key" "${BASH_REMATCH[1]}" &
done < <(seeds)
wait
