# shellcheck shell=bash
# What deploy and rollback have in common: one release takes over from another under the players.

home=/opt/portcade
say() { printf '%s\n' "$*"; }
refuse() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Nobody else switches meanwhile.
lock() {
  exec 9>/run/portcade-switch.lock
  flock -n 9 || refuse 'another deploy or rollback is under way'
}

# What a link of ours names, or nothing.
named() { readlink "$home/$1" 2>/dev/null | sed 's|^releases/||' || true; }

point() {
  ln -sfn "releases/$2" "$home/.$1.next"
  mv -fT "$home/.$1.next" "$home/$1"
}

# Ready, and of this version? systemd has waited for the first already.
is_healthy() {
  local n
  for n in 1 2 3 4 5; do
    if curl -sf -m 5 -o /dev/null http://127.0.0.1:19080/readyz &&
      curl -sf -m 5 http://127.0.0.1:19080/status | grep -q "\"version\":\"$1\""; then return 0; fi
    [ "$n" = 5 ] || sleep 1
  done
  return 1
}

# start_release <name> <version>: worlds and the sockets of players stay; the master is another one.
start_release() {
  point current "$1"
  systemctl reset-failed portcade.service 2>/dev/null || true
  systemctl restart portcade.service && is_healthy "$2"
}

version_of() { cat "$home/releases/$1/.version"; }

# Only when it is another one, and after the game runs: a reload ends every connection, players then come back.
load_caddyfile() {
  local new=$home/releases/$1/Caddyfile
  [ -e "$new" ] || return 0
  if cmp -s "$new" /etc/caddy/Caddyfile && systemctl -q is-active caddy; then return 0; fi
  set -a
  # shellcheck source=/dev/null
  . /etc/portcade/caddy.env
  set +a
  caddy validate --config "$new" --adapter caddyfile >/dev/null 2>/run/portcade-caddy.log ||
    { tail -n 1 /run/portcade-caddy.log >&2; say 'The Caddyfile of this release is refused; the one before stays.' >&2; return 1; }
  cp "$new" /etc/caddy/.Caddyfile.next
  mv -f /etc/caddy/.Caddyfile.next /etc/caddy/Caddyfile
  # The first time it still listens for orders where Debian has it listen, and cannot hear this one.
  if systemctl -q is-active caddy && caddy reload --config /etc/caddy/Caddyfile --adapter caddyfile 2>/dev/null
  then return 0; fi
  systemctl restart caddy
}
