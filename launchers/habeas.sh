#!/bin/sh
# Linux: opens Habeas from a file manager. The window stays open while it runs; closing it locks the vault.
PATH="$HOME/.local/bin:$PATH"
if ! command -v habeas >/dev/null 2>&1; then
  echo "Habeas is not installed for this user: pipx install habeas-VERSION-py3-none-any.whl"
  printf "Press Enter. "; read -r _
  exit 1
fi
habeas "$@"
status=$?
if [ "$status" -ne 0 ]; then printf "Press Enter. "; read -r _; fi
exit "$status"
