#!/bin/sh
# Writes, as a tar archive, an image like the one that deploy/Containerfile is based on: for a machine that can't pull that
# one, as it has no container registry. It is this machine's Debian and the Node that is given.
# usage: base-image.sh /path/to/node > archive
set -eu
root=$(mktemp -d)
trap 'rm -r "$root"' EXIT

# A shell for the build, the libraries of Node and npm, and certificates.
packages='base-files ca-certificates coreutils dash findutils libacl1 libattr1 libc6 libgcc-s1 libgmp10 libpcre2-8-0 libselinux1 libstdc++6'
{
  printf '%s\n' /bin /sbin /lib /lib64
  # Debian's lists name /bin/sh, which is /usr/bin/sh since /bin is a link.
  dpkg-query -L $packages | sed -E 's#^/(bin|sbin|lib|lib64)/#/usr&#' | grep -Ev '^/(\.|bin|sbin|lib|lib64|usr/share/.*)$'
  find /etc/ssl/certs
} | tar -c --no-recursion --hard-dereference -T - 2>/dev/null | tar -x -C "$root"

local=$root/usr/local
mkdir -p "$local/bin" "$local/etc" "$local/lib/node_modules"
cp "$1" "$local/bin/node"
cp -r "$(npm root --global)/npm" "$local/lib/node_modules/"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$local/bin/npm"
echo 'cafile=/etc/ssl/certs/ca-certificates.crt' >"$local/etc/npmrc"
tar -c -C "$root" .
