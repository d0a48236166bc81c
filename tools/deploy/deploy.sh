#!/bin/bash
# deploy <version> <sha256>: what lies in incoming/ as portcade-<version>.tar.gz, with portcade.env and perhaps
# caddy.env, takes over from the release that runs. Players stay where they are. When it does not come up, the one
# before runs again.
set -euo pipefail
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck source=tools/deploy/switch.sh
. "$(dirname "$(readlink -f "$0")")/switch.sh"
kept_releases=3

version=${1:-} sha256=${2:-}
[ $# = 2 ] || refuse 'usage: deploy <version> <sha256 of the archive>'
[[ $version =~ ^[0-9]{1,5}\.[0-9]$ ]] || refuse "a version is MAJOR.MINOR, not $(printf %q "$version")"
[[ $sha256 =~ ^[0-9a-f]{64}$ ]] || refuse 'a sha256 has 64 hexadecimal digits'
[ "$(id -u)" = 0 ] || refuse 'this needs root'
lock
name=$version-${sha256:0:12}
old=$(named current)
[ "$name" != "$old" ] || say "$name runs already; it is started again with the settings given."

# --- what was sent: nothing is switched before all of it is known to be right ---

stage=$home/releases/.next
release=$stage/release
rm -rf "$stage"
trap 'rm -rf "$stage"' EXIT
# Nobody else sees what it unpacks before it is looked at: an archive can hold a disk, to be read by all.
mkdir -m 0700 "$stage"
# What is looked at must be what is used: the folder it lies in belongs to somebody else. A pipe there never ends.
take() {
  [ -f "$home/incoming/$1" ] || return 1
  timeout 300 cp --no-dereference "$home/incoming/$1" "$stage/$2" 2>/dev/null || true
  [ -f "$stage/$2" ] && [ ! -L "$stage/$2" ]
}
take "portcade-$version.tar.gz" archive || refuse "there is no $home/incoming/portcade-$version.tar.gz"
# Whatever comes of it: the folder does not fill with what failed.
rm -f "$home/incoming/portcade-$version.tar.gz"
printf '%s  %s\n' "$sha256" "$stage/archive" | sha256sum -c --status || refuse 'the archive is another one than its sha256 says; upload it again'
take portcade.env portcade.env || refuse "there is no $home/incoming/portcade.env"
bad=$(grep -nvE '^(#.*|(PORTCADE|MULTI_SERVER)_[A-Z0-9_]+=[[:print:]]*)?$' "$stage/portcade.env" | head -n 1 | cut -d: -f1 || true)
[ -z "$bad" ] || refuse "portcade.env: line $bad is no PORTCADE_<NAME>=<value>"
if take caddy.env caddy.env; then
  # It belongs to this deploy, and to no later one.
  rm -f "$home/incoming/caddy.env"
  lines=0 host='' email=''
  while IFS= read -r line || [ -n "$line" ]; do
    lines=$((lines + 1))
    case $line in
      PORTCADE_GAME_HOST=*) host=${line#*=} ;;
      PORTCADE_ACME_EMAIL=*) email=${line#*=} ;;
      '') ;;
      *) refuse "caddy.env: line $lines is neither PORTCADE_GAME_HOST=<name> nor PORTCADE_ACME_EMAIL=<address>" ;;
    esac
  done <"$stage/caddy.env"
  is_host "$host" || refuse 'caddy.env: PORTCADE_GAME_HOST is a name such as play.example.org'
  is_email "$email" || refuse 'caddy.env: PORTCADE_ACME_EMAIL is no address'
  printf 'PORTCADE_GAME_HOST=%s\nPORTCADE_ACME_EMAIL=%s\n' "$host" "$email" >"$stage/caddy.env"
else
  rm -f "$stage/caddy.env"
  # Kept with the release, so that a rollback finds it.
  grep -E '^PORTCADE_(GAME_HOST|ACME_EMAIL)=' "$caddy_env" >"$stage/caddy.env"
fi

say "Unpacking $name"
mkdir "$release"
tar -xzf "$stage/archive" -C "$release" --no-same-owner --no-same-permissions || refuse 'the archive cannot be unpacked'
rm "$stage/archive"
odd=$(find "$release" \( ! -type f ! -type d -o -perm /6000 \) -print -quit)
[ -z "$odd" ] || refuse "the archive holds something that is neither a plain file nor a folder: ${odd#"$release/"}"
# Its manifest names every file that was built, and the Caddyfile comes with the archive.
awk -F'"' '$3 == ": " && $2 == "path" { path = $4 } $3 == ": " && $2 == "sha256" { print $4 "  " path }' \
  "$release/deployment_manifest.json" >"$stage/sums" 2>/dev/null || refuse 'the archive holds no deployment_manifest.json'
! grep -qvE '^[0-9a-f]{64}  ' "$stage/sums" || refuse 'its manifest holds a sha256 that is none'
# Names first: what a manifest names elsewhere is not read.
odd=$(cd "$release" && find . -type f ! -path ./deployment_manifest.json ! -path ./Caddyfile -printf '%P\n' |
  LC_ALL=C sort | LC_ALL=C comm -3 - <(cut -c67- "$stage/sums" | LC_ALL=C sort) | sed -n 1p)
[ -z "$odd" ] || refuse "the archive is not what its manifest says: ${odd#$'\t'}"
(cd "$release" && sha256sum -c --strict --quiet "$stage/sums") >"$stage/odd" 2>/dev/null ||
  refuse "the archive is not what its manifest says: $(sed 's/:.*//;q' "$stage/odd")"
[ -x "$release/server/portcade" ] || refuse 'the archive holds no server/portcade'
install -m 0640 -o root -g portcade "$stage/portcade.env" "$release/portcade.env"
install -m 0644 "$stage/caddy.env" "$release/caddy.env"
chmod -R go+rX "$release/server" "$release/web" "$release/world_packs"
chmod 0755 "$stage" "$release"
says=$(runuser -u portcade -- "$release/server/portcade" version 9>&-) || refuse 'this release does not run on this machine'
[ "$says" = "$version" ] || refuse "the archive is of version $says"
check_caddyfile "$release" || refuse 'nothing was switched: Caddy does not accept the Caddyfile of this release'

backup=''
if [ -e "$data/durable.db" ]; then
  say 'Backing up, and trying this release on the copy'
  made=$(run_release "$release" backup --before-deploy) ||
    refuse 'nothing was switched: no good backup could be made, or this release cannot use it'
  backup=$(sed -n 's/^BACKUP_DONE folder=\(.*\) bytes=.*/\1/p' <<<"$made")
fi

# --- the switch ---

printf '%s\n' "$version" >"$release/.version"
back=$old
if [ "$name" = "$old" ]; then
  back="$old with its settings of before"
  mkdir "$stage/before"
  cp -p "$home/releases/$name/portcade.env" "$home/releases/$name/caddy.env" "$stage/before/"
  mv -f "$release/portcade.env" "$release/caddy.env" "$home/releases/$name/"
else
  rm -rf "${home:?}/releases/$name"
  mv "$release" "$home/releases/$name"
fi
say "Switching from ${old:-nothing} to $name"
if ! start_release "$name" "$version"; then
  journalctl -u portcade.service -n 20 --no-pager -o cat >&2 || true
  [ -n "$old" ] || refuse "$name does not come up; see its last lines above"
  say "$name does not come up; going back to $back" >&2
  if [ "$name" = "$old" ]; then mv -f "$stage/before/portcade.env" "$stage/before/caddy.env" "$home/releases/$name/"; fi
  start_release "$old" "$(version_of "$old")" ||
    refuse "$back does not come up either; see journalctl -u portcade. The data before is in ${backup:-no backup}"
  refuse "nothing has changed: $back runs again. What $name said is above"
fi
if [ -n "$old" ] && [ "$name" != "$old" ]; then point previous "$old"; fi
load_caddyfile "$name" || refuse "$name runs, but Caddy has the settings it had"

# The newest few, and whatever a world still runs from.
used=$(for exe in /proc/[0-9]*/exe; do readlink "$exe" 2>/dev/null || true; done | sed -n "s|^$home/releases/\([^/]*\)/.*|\1|p" | sort -u)
find "$home/releases" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%T@ %f\n' | sort -rn | cut -d' ' -f2 | tail -n "+$((kept_releases + 1))" |
  while IFS= read -r one; do
    [ "$one" = "$(named current)" ] || [ "$one" = "$(named previous)" ] || grep -qxF "$one" <<<"$used" || rm -rf "${home:?}/releases/$one"
  done
say "$name runs."
