# shellcheck shell=bash
# What deploy and rollback have in common: one release takes over from another under the players.

home=/opt/portcade
data=/var/lib/portcade
caddy_env=/etc/portcade/caddy.env
# To nobody, perhaps: whoever asked may have gone.
say() { printf '%s\n' "$*" || true; }
refuse() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; exit 1; }

# A public name, with a last part that begins with a letter: an address gets no certificate.
is_host() {
  local label='[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
  [[ ${#1} -le 253 && $1 =~ ^($label\.)*$label$ && ${1##*.} =~ ^[a-z] ]]
}
is_email() { [[ $1 =~ ^([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$ ]]; }

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

# run_release <folder> <words>…: the program of a release, as the game's user and with the settings that
# portcade.service has, in the same order: the last one wins. The lock is not handed on: what stays behind would keep it.
run_release() {
  local folder=$1 file line settings=("PORTCADE_DATA_DIR=$data" PORTCADE_LAUNCH=systemd PORTCADE_WORLD_LISTEN=unix)
  shift
  for file in "$folder/portcade.env" /etc/portcade/local.env; do
    [ -e "$file" ] || continue
    while IFS= read -r line || [ -n "$line" ]; do
      if [[ $line =~ ^(PORTCADE|MULTI_SERVER)_[A-Z0-9_]+= ]]; then settings+=("$line"); fi
    done <"$file"
  done
  (cd "$data" && exec runuser -u portcade -- env "${settings[@]}" "$folder/server/portcade" "$@" 9>&-)
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

# start_release <name> <version>: worlds and the sockets of players stay; the master is another one. From here on a
# line that is cut stops nothing half way.
start_release() {
  trap '' HUP PIPE
  point current "$1"
  systemctl reset-failed portcade.service 2>/dev/null || true
  systemctl restart portcade.service && is_healthy "$2"
}

version_of() { cat "$home/releases/$1/.version"; }

# What Caddy is to have with a release: its public name and e-mail, and what this machine has besides.
caddy_settings() {
  grep -hE '^PORTCADE_(GAME_HOST|ACME_EMAIL)=' "$1/caddy.env" 2>/dev/null || grep -E '^PORTCADE_(GAME_HOST|ACME_EMAIL)=' "$caddy_env"
  grep -vE '^PORTCADE_(GAME_HOST|ACME_EMAIL)=' "$caddy_env" || true
}

# as_caddy <settings> caddy …: by Caddy's own user, who may read and write what Caddy may. A Caddyfile can name any file.
as_caddy() {
  local line values=()
  while IFS= read -r line; do
    if [[ $line =~ ^(PORTCADE_[A-Z_]+)=\"?([^\"]*)\"?$ ]]; then values+=("${BASH_REMATCH[1]}=${BASH_REMATCH[2]}"); fi
  done <<<"$1"
  shift
  runuser -u caddy -- env HOME=/var/lib/caddy "${values[@]}" "$@" 9>&-
}

# check_caddyfile <folder of a release>
check_caddyfile() {
  [ -e "$1/Caddyfile" ] || return 0
  as_caddy "$(caddy_settings "$1")" caddy validate --config "$1/Caddyfile" --adapter caddyfile >/dev/null 2>/run/portcade-caddy.log ||
    { tail -n 1 /run/portcade-caddy.log >&2; return 1; }
}

# load_caddyfile <name>: only when something is different, and after the game runs: a reload ends every connection,
# players then come back. Where Caddy does not run with them, what it had is back.
load_caddyfile() {
  local folder=$home/releases/$1 settings
  [ -e "$folder/Caddyfile" ] || return 0
  settings=$(caddy_settings "$folder")
  if cmp -s "$folder/Caddyfile" /etc/caddy/Caddyfile && [ "$settings" = "$(cat "$caddy_env")" ] && systemctl -q is-active caddy
  then return 0; fi
  check_caddyfile "$folder" || return 1
  cp -p "$caddy_env" "$caddy_env.before"
  cp -p /etc/caddy/Caddyfile /etc/caddy/.Caddyfile.before
  printf '%s\n' "$settings" >"$caddy_env.next"
  mv -f "$caddy_env.next" "$caddy_env"
  cp "$folder/Caddyfile" /etc/caddy/.Caddyfile.next
  mv -f /etc/caddy/.Caddyfile.next /etc/caddy/Caddyfile
  # The first time it still listens for orders where Debian has it listen, and cannot hear this one.
  if systemctl -q is-active caddy &&
    as_caddy "$settings" caddy reload --config /etc/caddy/Caddyfile --adapter caddyfile 2>/dev/null
  then return 0; fi
  if systemctl restart caddy; then return 0; fi
  mv -f "$caddy_env.before" "$caddy_env"
  mv -f /etc/caddy/.Caddyfile.before /etc/caddy/Caddyfile
  systemctl reset-failed caddy 2>/dev/null || true
  systemctl restart caddy || true
  return 1
}
