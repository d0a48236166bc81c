#!/bin/bash
# rollback: the release before takes over again, with its settings. Once more, and the newer one is back.
# rollback --restore <backup>: with its data too, where it cannot read those of the newer one. Ends every session.
set -euo pipefail
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck source=tools/deploy/switch.sh
. "$(dirname "$(readlink -f "$0")")/switch.sh"
backup=''
if [ $# = 2 ] && [ "$1" = --restore ]; then backup=$2
elif [ $# != 0 ]; then refuse 'usage: rollback [--restore <backup>]'
fi
[ "$(id -u)" = 0 ] || refuse 'this needs root'
if [ -n "$backup" ]; then
  [ "${SUDO_USER:-}" != portcade-ci ] || refuse 'whoever deploys may not put data back; log in as yourself'
  [[ $backup =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && -f $data/backups/$backup/backup.json ]] ||
    refuse "there is no backup $(printf %q "$backup"); see portcade backup list"
fi
lock
new=$(named current) old=$(named previous)
if [ -z "$old" ] || [ ! -d "$home/releases/$old" ]; then refuse 'there is no release before this one'; fi
if [ -n "$backup" ]; then
  say "Ending every session, and putting $backup in place"
  systemctl stop portcade.service portcade.socket portcade-launches.socket 'portcade-world@*'
  # By the older release: the newer one would give the data the very form that the older one cannot read.
  runuser -u portcade -- "$home/releases/$old/server/portcade" restore "$data/backups/$backup" --data-dir "$data" || {
    start_release "$new" "$(version_of "$new")" || refuse "nothing was put back, and $new does not come up; see journalctl -u portcade"
    refuse "nothing was put back; $new runs again"
  }
fi
say "Switching back from $new to $old"
if ! start_release "$old" "$(version_of "$old")"; then
  journalctl -u portcade.service -n 20 --no-pager -o cat >&2 || true
  start_release "$new" "$(version_of "$new")" || refuse "neither $old nor $new comes up; see journalctl -u portcade"
  refuse "$old does not come up; $new runs again"
fi
point previous "$new"
load_caddyfile "$old" || refuse "$old runs, but Caddy has the settings it had"
say "$old runs."
