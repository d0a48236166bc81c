#!/bin/bash
# rollback: the release before takes over again, with its settings. Once more, and the newer one is back.
set -euo pipefail
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck source=tools/deploy/switch.sh
. "$(dirname "$(readlink -f "$0")")/switch.sh"
[ $# = 0 ] || refuse 'usage: rollback'
[ "$(id -u)" = 0 ] || refuse 'this needs root'
lock
new=$(named current) old=$(named previous)
if [ -z "$old" ] || [ ! -d "$home/releases/$old" ]; then refuse 'there is no release before this one'; fi
say "Switching back from $new to $old"
if ! start_release "$old" "$(version_of "$old")"; then
  journalctl -u portcade.service -n 20 --no-pager -o cat >&2 || true
  start_release "$new" "$(version_of "$new")" || refuse "neither $old nor $new comes up; see journalctl -u portcade"
  refuse "$old does not come up; $new runs again"
fi
point previous "$new"
load_caddyfile "$old" || refuse "$old runs, but Caddy has the settings it had"
say "$old runs."
