#!/bin/bash
# portcade <order>: an order to what runs on this machine, by its own user and with its own settings.
set -euo pipefail
home=/opt/portcade data=/var/lib/portcade
if [ "$(id -u)" != 0 ]; then
  echo 'portcade: this needs root: sudo portcade …' >&2
  exit 1
fi
if [ ! -x "$home/current/server/portcade" ]; then
  echo 'portcade: there is no release on this machine yet; deploy one' >&2
  exit 1
fi
# As portcade.service has them, and in the same order: the last one wins.
settings=("PORTCADE_DATA_DIR=$data" PORTCADE_LAUNCH=systemd PORTCADE_WORLD_LISTEN=unix)
for file in "$home/current/portcade.env" /etc/portcade/local.env; do
  [ -e "$file" ] || continue
  while IFS= read -r line || [ -n "$line" ]; do
    if [[ $line =~ ^(PORTCADE|MULTI_SERVER)_[A-Z0-9_]+= ]]; then settings+=("$line"); fi
  done <"$file"
done
cd "$data"
exec runuser -u portcade -- env "${settings[@]}" "$home/current/server/portcade" "$@"
