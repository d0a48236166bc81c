#!/bin/bash
# Makes a machine with Debian 12 or 13 a home for Portcade. May be run again at any time, and after it was changed.
set -euo pipefail
umask 022
caller=$PWD
cd "$(dirname "$(readlink -f "$0")")"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

usage='Usage: bootstrap.sh --host <name> [--email <address>] [--deploy-key <file.pub>] [--ci-key <file.pub>]
                    [--set-deploy-password] [--no-upgrade] [--no-firewall]

  --host                 the public name players connect to; Caddy gets its certificate
  --email                whom the certificate authority may write to
  --deploy-key           public keys of the person who looks after this machine (user deploy, may sudo)
  --ci-key               public keys of whatever deploys releases (user portcade-ci, may deploy and roll back)
  --set-deploy-password  asks for the password that deploy needs for sudo
  --no-upgrade           leaves installed packages as they are
  --no-firewall          leaves the firewall as it is'

# shellcheck source=tools/deploy/switch.sh
. ./switch.sh

host='' email='' deploy_key='' ci_key='' asks_password=no upgrades=yes walls=yes
while [ $# -gt 0 ]; do
  case $1 in
    --host | --email | --deploy-key | --ci-key)
      [ $# -gt 1 ] || refuse "$1 needs a value"
      case $1 in
        --host) host=$2 ;;
        --email) email=$2 ;;
        --deploy-key) deploy_key=$(cd "$caller" && readlink -m -- "$2") ;;
        --ci-key) ci_key=$(cd "$caller" && readlink -m -- "$2") ;;
      esac
      shift ;;
    --set-deploy-password) asks_password=yes ;;
    --no-upgrade) upgrades=no ;;
    --no-firewall) walls=no ;;
    -h | --help) say "$usage"; exit 0 ;;
    *) say "$usage" >&2; refuse "there is no option $1" ;;
  esac
  shift
done

# --- nothing is changed before all of this is known to be right ---

[ "$(id -u)" = 0 ] || refuse 'this needs root: sudo bash bootstrap.sh …'
. /etc/os-release
case "$ID-${VERSION_ID:-}" in
  debian-12 | debian-13) ;;
  ubuntu-22.04 | ubuntu-24.04) say "Portcade was never tried on $PRETTY_NAME; going on." ;;
  *) refuse "${PRETTY_NAME:-this system} is not supported; Debian 12 and 13 are" ;;
esac
case $(uname -m) in
  x86_64 | aarch64) ;;
  *) refuse "$(uname -m) is not supported; x86_64 and aarch64 are" ;;
esac
[ -d /run/systemd/system ] || refuse 'systemd does not run here'
is_host "$host" || refuse "--host is a name such as play.example.org, not ${host:-missing}"
is_email "$email" || refuse '--email is no address'

# Public keys, one a line, as ssh-keygen writes them: no options before, no private key, nothing a shell could read.
check_keys() {
  local line lines=0
  [ -f "$2" ] || refuse "$1: there is no file $2"
  grep -q 'PRIVATE KEY' "$2" && refuse "$1: $2 is a private key; give the file that ends in .pub, and keep this one secret"
  while IFS= read -r line || [ -n "$line" ]; do
    [[ $line =~ ^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh.com|sk-ecdsa-sha2-nistp256@openssh.com)\ [A-Za-z0-9+/]{60,}={0,2}(\ [A-Za-z0-9@._:+-]*)?$ ]] ||
      refuse "$1: line $((lines + 1)) of $2 is no clean public key (type, key and one word of comment)"
    lines=$((lines + 1))
  done <"$2"
  [ "$lines" -gt 0 ] || refuse "$1: $2 is empty"
}
[ -z "$deploy_key" ] || check_keys --deploy-key "$deploy_key"
[ -z "$ci_key" ] || check_keys --ci-key "$ci_key"
home_of() { getent passwd "$1" | cut -d: -f6; }
[ -n "$deploy_key" ] || [ -s "$(home_of deploy)/.ssh/authorized_keys" ] || [ -s "$(home_of root)/.ssh/authorized_keys" ] ||
  refuse 'no key could log in any more once passwords are off; give --deploy-key'

# --- packages ---

export DEBIAN_FRONTEND=noninteractive
# A machine that has just been made installs its first updates by itself. For the lock of the lists apt does not wait.
apt() { apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=5 "$@"; }
for ((tries = 30; ; tries--)); do
  ! apt update -q || break
  [ "$tries" -gt 0 ] || refuse 'apt-get update fails; see above'
  sleep 10
done
apt-cache show caddy >/dev/null 2>&1 ||
  refuse "this system has no package caddy; add Caddy's own source first: https://caddyserver.com/docs/install"
[ "$upgrades" = no ] || apt upgrade -y -q
apt install -y -q --no-install-recommends caddy ca-certificates curl nftables openssh-server sudo

# --- users ---

user() { local name=$1; shift; id -u "$name" >/dev/null 2>&1 || useradd "$@" "$name"; }
user portcade --system --user-group --home-dir /var/lib/portcade --no-create-home --shell /usr/sbin/nologin
# By the user itself: the folder is the user's, and what is a link there leads root to any file.
keys() {
  # shellcheck disable=SC2016 # for the other shell
  sed "s/^/$3/" "$2" | runuser -u "$1" -- sh -ec 'umask 077; cd "$1"; mkdir -p .ssh; chmod 0700 .ssh
    cat >.ssh/.next; chmod 0600 .ssh/.next; mv -f .ssh/.next .ssh/authorized_keys' sh "$(home_of "$1")"
}
if [ -n "$deploy_key" ]; then
  user deploy --create-home --user-group --groups sudo --shell /bin/bash
  keys deploy "$deploy_key" ''
fi
user portcade-ci --create-home --user-group --shell /bin/bash
[ -z "$ci_key" ] || keys portcade-ci "$ci_key" 'restrict '
[ "$asks_password" = no ] || passwd deploy

# --- folders ---

install -d -m 0755 /opt/portcade /opt/portcade/bin /opt/portcade/releases /etc/portcade
install -d -m 0750 -o portcade-ci -g portcade-ci /opt/portcade/incoming
# Caddy reaches worlds by the sockets in one folder, and sees nothing else.
install -d -m 0711 -o portcade -g portcade /var/lib/portcade
# Not by install: what lies in there is the game's, and a link would lead root out of it.
systemd-tmpfiles --create - <<'FOLDERS'
d /var/lib/portcade/launches 0700 portcade portcade
d /var/lib/portcade/backups 0700 portcade portcade
d /var/lib/portcade/worlds 2710 portcade caddy
FOLDERS
install -m 0755 world-launch.sh /opt/portcade/bin/world-launch
install -m 0755 deploy.sh /opt/portcade/bin/deploy
install -m 0755 rollback.sh /opt/portcade/bin/rollback
install -m 0644 switch.sh /opt/portcade/bin/switch.sh
install -m 0755 operate.sh /usr/local/bin/portcade
[ -e /etc/portcade/local.env ] ||
  printf '# What this machine alone wants otherwise, such as PORTCADE_WARM_SPARES=0. It wins over every deploy.\n' >/etc/portcade/local.env
# It may hold a secret, as portcade.env may.
chmod 0640 /etc/portcade/local.env

# --- what the CI user may do as root, and nothing else ---

printf '%s\n' 'portcade-ci ALL=(root) NOPASSWD: /opt/portcade/bin/deploy, /opt/portcade/bin/rollback' >/etc/sudoers.d/.portcade
visudo -cqf /etc/sudoers.d/.portcade || refuse 'the rule for sudo is refused'
chmod 0440 /etc/sudoers.d/.portcade
mv -f /etc/sudoers.d/.portcade /etc/sudoers.d/portcade

# --- ssh by key alone ---

drop=/etc/ssh/sshd_config.d/10-portcade.conf
install -d /etc/ssh/sshd_config.d /run/sshd
printf '%s\n' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' 'PermitRootLogin prohibit-password' >"$drop"
sshd -t || { rm -f "$drop"; refuse 'sshd does not accept its settings; they are as they were'; }
systemctl enable -q ssh
systemctl reload-or-restart ssh

# --- firewall: ssh where it listens, http and https ---

if [ "$walls" = yes ]; then
  ports=$(sshd -T | sed -n 's/^port //p' | paste -sd,)
  if [ -e /etc/nftables.conf ] && ! grep -q portcade /etc/nftables.conf; then
    cp -n /etc/nftables.conf /etc/nftables.conf.before-portcade
  fi
  cat >/etc/nftables.conf.next <<RULES
#!/usr/sbin/nft -f
# Written by portcade's bootstrap.sh; what stood here before is in nftables.conf.before-portcade.
flush ruleset
table inet portcade {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    ct state invalid drop
    meta l4proto { 1, 58 } accept
    tcp dport { $ports, 80, 443 } accept
    udp dport 443 accept
  }
}
RULES
  nft -c -f /etc/nftables.conf.next || refuse 'the firewall does not accept its rules; it is as it was'
  mv -f /etc/nftables.conf.next /etc/nftables.conf
  systemctl enable -q nftables
  systemctl restart nftables
fi

# --- Caddy and the units ---

# From 2.7 on Caddy can let players outlast a reload; an older one does not know the word.
streams=''
if caddy version | grep -qE '^v?(2\.([7-9]|[1-9][0-9])|[3-9]\.)'; then streams='stream_close_delay 5m'; fi
printf 'PORTCADE_GAME_HOST=%s\nPORTCADE_ACME_EMAIL=%s\nPORTCADE_CADDY_STREAMS="%s"\n' "$host" "$email" "$streams" >"$caddy_env"
install -d /etc/systemd/system/caddy.service.d
printf '[Service]\nEnvironmentFile=/etc/portcade/caddy.env\n' >/etc/systemd/system/caddy.service.d/portcade.conf
install -m 0644 units/* /etc/systemd/system/
systemctl daemon-reload
systemctl enable -q caddy portcade.socket portcade-launches.socket portcade-world.socket portcade.service
systemctl start portcade.socket portcade-launches.socket portcade-world.socket

say
say "This machine is ready for Portcade at $host. Its first release starts it."
