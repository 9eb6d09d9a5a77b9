#!/bin/sh
# macOS: double-click. The window stays open while it runs; closing it locks the vault. (Written, and not run on a Mac by us.)
PATH="$HOME/.local/bin:/opt/homebrew/bin:/usr/local/bin:$PATH"
if ! command -v habeas >/dev/null 2>&1; then
  echo "Habeas is not installed for this user: pipx install habeas-VERSION-py3-none-any.whl"
  printf "Press Enter. "; read -r _
  exit 1
fi
exec habeas "$@"
