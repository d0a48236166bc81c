#!/bin/bash
# portcade <order>: an order to what runs on this machine, by its own user and with its own settings.
set -euo pipefail
# shellcheck source=tools/deploy/switch.sh
. /opt/portcade/bin/switch.sh
[ "$(id -u)" = 0 ] || refuse 'this needs root: sudo portcade …'
[ -x "$home/current/server/portcade" ] || refuse 'there is no release on this machine yet; deploy one'
run_release "$home/current" "$@"
