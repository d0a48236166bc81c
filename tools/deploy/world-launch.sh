#!/bin/sh
# One world process in a unit of its own. The master's connection is descriptor 3; by it come the file for last
# words (or an empty line), the command with one argument a line, and an empty line; later the order, for the
# program itself. The master is told the process id, which stays the same.
set -eu
umask 077
IFS= read -r words <&3 || exit 0
exec 4<>"${words:-/dev/null}"
# The program closes 3 when it has read its order. The master knows by this one that the process lives.
exec 5<&3
set --
while IFS= read -r argument <&3; do
  if [ -z "$argument" ]; then
    echo "$$" >&3
    # The proxy, of the folder's group, connects to the world's socket.
    umask 007
    exec "$@"
  fi
  set -- "$@" "$argument"
done
