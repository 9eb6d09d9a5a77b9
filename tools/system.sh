#!/usr/bin/env bash
# Debian packages that some tests want. Installed where this is root; else the tests that need them say so and are not run.
set -u
wanted=("$@")
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
# A JDK from elsewhere will do as well.
if command -v javac >/dev/null; then missing=("${missing[@]/default-jdk-headless}"); fi
missing=($(printf '%s\n' "${missing[@]:-}" | sed '/^$/d'))
[ "${#missing[@]}" -eq 0 ] && exit 0
if [ "${NO_SYSTEM:-}" = 1 ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed: ${missing[*]} (wanted by some tests; as root 'make system' installs them)"
  exit 0
fi
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
