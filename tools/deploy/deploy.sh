#!/bin/bash
# deploy <version> <sha256>: what lies in incoming/ as portcade-<version>.tar.gz, with portcade.env, takes over from
# the release that runs. Players stay where they are. When it does not come up, the one before runs again.
set -euo pipefail
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck source=tools/deploy/switch.sh
. "$(dirname "$(readlink -f "$0")")/switch.sh"
data=/var/lib/portcade kept_releases=3 kept_backups=10

version=${1:-} sha256=${2:-}
[ $# = 2 ] || refuse 'usage: deploy <version> <sha256 of the archive>'
[[ $version =~ ^[0-9]{1,5}\.[0-9]$ ]] || refuse "a version is MAJOR.MINOR, not $(printf %q "$version")"
[[ $sha256 =~ ^[0-9a-f]{64}$ ]] || refuse 'a sha256 has 64 hexadecimal digits'
[ "$(id -u)" = 0 ] || refuse 'this needs root'
lock
name=$version-${sha256:0:12}
old=$(named current)
[ "$name" != "$old" ] || say "$name runs already; it is started again with the settings given."

stage=$home/releases/.next
rm -rf "$stage"
trap 'rm -rf "$stage"' EXIT
mkdir -m 0755 "$stage"
# What is looked at must be what is used: the folder it lies in belongs to somebody else.
archive=$stage/archive
cp --no-dereference "$home/incoming/portcade-$version.tar.gz" "$archive" 2>/dev/null || true
if [ ! -f "$archive" ] || [ -L "$archive" ]; then refuse "there is no $home/incoming/portcade-$version.tar.gz"; fi
printf '%s  %s\n' "$sha256" "$archive" | sha256sum -c --status || refuse 'the archive is another one than its sha256 says; upload it again'
env_file=$home/incoming/portcade.env
if [ ! -f "$env_file" ] || [ -L "$env_file" ]; then refuse "there is no $env_file"; fi
install -m 0640 -o root -g portcade "$env_file" "$stage/portcade.env"
bad=$(grep -nvE '^(#.*|(PORTCADE|MULTI_SERVER)_[A-Z0-9_]+=[[:print:]]*)?$' "$stage/portcade.env" | head -n 1 | cut -d: -f1 || true)
[ -z "$bad" ] || refuse "portcade.env: line $bad is no PORTCADE_<NAME>=<value>"

say "Unpacking $name"
mkdir "$stage/release"
tar -xzf "$archive" -C "$stage/release" --no-same-owner --no-same-permissions || refuse 'the archive cannot be unpacked'
odd=$(find "$stage/release" ! -type f ! -type d -o -perm /6000 | head -n 1)
[ -z "$odd" ] || refuse "the archive holds something that is neither a plain file nor a folder: ${odd#"$stage/release/"}"
[ -x "$stage/release/server/portcade" ] || refuse 'the archive holds no server/portcade'
mv "$stage/portcade.env" "$stage/release/portcade.env"
chmod -R go+rX "$stage/release/server" "$stage/release/web" "$stage/release/world_packs"
chmod 0755 "$stage" "$stage/release"
says=$(runuser -u portcade -- "$stage/release/server/portcade" version) || refuse 'this release does not run on this machine'
[ "$says" = "$version" ] || refuse "the archive is of version $says"

if [ -e "$data/durable.db" ]; then
  backup=$data/backups/$(date -u +%Y%m%dT%H%M%SZ)-before-$version
  say "Backing up to $backup, and trying this release on it"
  runuser -u portcade -- env "PORTCADE_DATA_DIR=$data" "$stage/release/server/portcade" backup --before-deploy --to "$backup" ||
    refuse 'nothing was switched: no good backup could be made, or this release cannot use it'
  find "$data/backups" -mindepth 1 -maxdepth 1 -name '*-before-*' | sort | head -n "-$kept_backups" | xargs -r rm -rf
fi

printf '%s\n' "$version" >"$stage/release/.version"
if [ "$name" = "$old" ]; then
  mv -f "$stage/release/portcade.env" "$home/releases/$name/portcade.env"
else
  rm -rf "${home:?}/releases/$name"
  mv "$stage/release" "$home/releases/$name"
fi
say "Switching from ${old:-nothing} to $name"
if ! start_release "$name" "$version"; then
  journalctl -u portcade.service -n 20 --no-pager -o cat >&2 || true
  if [ -z "$old" ] || [ "$old" = "$name" ]; then refuse "$name does not come up; see its last lines above"; fi
  say "$name does not come up; going back to $old" >&2
  start_release "$old" "$(version_of "$old")" ||
    refuse "$old does not come up either; see journalctl -u portcade. The data before is in ${backup:-no backup}"
  refuse "nothing has changed: $old runs again. What $name said is above"
fi
if [ -n "$old" ] && [ "$name" != "$old" ]; then point previous "$old"; fi
load_caddyfile "$name" || refuse "$name runs, but Caddy has the settings it had"

# The newest few, and whatever a world still runs from.
used=$(for exe in /proc/[0-9]*/exe; do readlink "$exe" 2>/dev/null || true; done | sed -n "s|^$home/releases/\([^/]*\)/.*|\1|p" | sort -u)
find "$home/releases" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%T@ %f\n' | sort -rn | cut -d' ' -f2 | tail -n "+$((kept_releases + 1))" |
  while IFS= read -r one; do
    [ "$one" = "$(named current)" ] || [ "$one" = "$(named previous)" ] || grep -qxF "$one" <<<"$used" || rm -rf "${home:?}/releases/$one"
  done
rm -f "$home/incoming/portcade-$version.tar.gz"
say "$name runs."
